package io.github.ecrcontainerd.it.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code ecr} prints is what other programs say of the same image. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class CommandsIT {
  private final Containerd daemon;
  private final LocalEcr ecr;
  private final Map<String, Digest> digests = new HashMap<>();

  CommandsIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @AfterEach
  void removeTheImages() {
    daemon
        .ctr("images", "ls", "-q")
        .lines()
        .forEach(name -> daemon.ctr("images", "rm", "--sync", name));
    assertThat(daemon.heldLeases()).isEmpty();
  }

  @Test
  void resolveNamesTheDigestThatTheAwsCliNames() throws Exception {
    String reference = tag("resolved", 1);

    String ours = succeed("resolve", reference);

    String theirs =
        AwsCli.withCredentials(Map.of())
            .ecr(
                List.of("--endpoint-url", ecr.server().endpoint().toString()),
                "describe-images",
                "--repository-name=resolved",
                "--image-ids=imageTag=latest",
                "--query=imageDetails[0].imageDigest",
                "--output=text")
            .strip();
    assertThat(ours).isEqualTo("%s %s%n", reference, theirs);
    JsonNode object = JsonMapper.shared().readTree(succeed("resolve", "--output=json", reference));
    assertThat(object.path("digest").asString()).isEqualTo(theirs);
  }

  @Test
  void inspectShowsTheConfigurationThatSkopeoShows() throws Exception {
    OciLayout layout = ecr.repository("inspected");
    OciImage image = LayeredImage.write(layout, 2);
    String reference = ecr.reference("inspected", "latest");

    JsonNode ours = JsonMapper.shared().readTree(succeed("inspect", "--json", reference));

    String oci = "oci:" + layout.directory() + ":latest";
    JsonNode manifest =
        JsonMapper.shared().readTree(Command.run(List.of("skopeo", "inspect", "--raw", oci)));
    JsonNode config =
        JsonMapper.shared()
            .readTree(Command.run(List.of("skopeo", "inspect", "--raw", "--config", oci)));
    assertThat(ours.path("contents").path(0).path("content")).isEqualTo(config);
    List<String> layers = new ArrayList<>();
    manifest.path("layers").forEach(layer -> layers.add(layer.path("digest").asString()));
    List<String> shown = new ArrayList<>();
    ours.path("contents").forEach(part -> shown.add(part.path("digest").asString()));
    assertThat(shown.subList(1, shown.size())).isEqualTo(layers).hasSize(3);
    String tree = succeed("inspect", reference);
    for (Descriptor layer : image.layers()) {
      assertThat(tree).contains("  layer  " + layer.digest());
    }
  }

  @Test
  void listsTagsAndRemovesWhatCtrLists() throws Exception {
    String reference = tag("listed", 3);
    var _ = succeed("pull", reference);

    assertThat(succeed("ls", "-q")).isEqualTo(daemon.ctr("images", "ls", "-q"));
    assertThat(succeed("ls")).contains(reference);
    assertThat(succeed("tag", reference, "example.com/mine:1")).startsWith("example.com/mine:1 ");
    assertThat(daemon.ctr("images", "ls", "name==example.com/mine:1")).contains(digest("listed"));
    Ended again = command("tag", reference, "example.com/mine:1");
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.err()).contains("--force");
    assertThat(succeed("tag", "--force", reference, "example.com/mine:1")).isNotEmpty();

    Ended removed = command("rm", "--wait", reference);
    assertThat(removed.err()).contains("still kept as example.com/mine:1");
    assertThat(daemon.ctr("content", "ls", "-q")).isNotBlank();
    Ended rest = command("rm", "--wait", "nowhere", "example.com/mine:1");
    assertThat(rest.status()).isEqualTo(1);
    assertThat(rest.err()).contains("containerd has no image nowhere");
    assertThat(daemon.ctr("images", "ls", "-q")).isBlank();
    assertThat(daemon.ctr("content", "ls", "-q")).isBlank();
  }

  @Test
  void printsOneObjectWithWhatTheRegistryServed() throws Exception {
    String reference = tag("object", 4);
    ecr.server().counters().reset();

    JsonNode first = JsonMapper.shared().readTree(succeed("pull", "--output=json", reference));
    long served = ecr.server().counters().layerBytes();
    JsonNode again = JsonMapper.shared().readTree(succeed("pull", "--output=json", reference));

    assertThat(first.path("name").asString()).isEqualTo(reference);
    assertThat(first.path("digest").asString()).isEqualTo(digest("object"));
    assertThat(first.path("platform").asString()).isEqualTo(Platform.current().toString());
    assertThat(first.path("layers").asInt()).isEqualTo(3);
    assertThat(first.path("bytesPresent").asLong()).isZero();
    assertThat(first.path("bytesTransferred").asLong()).isGreaterThanOrEqualTo(served);
    assertThat(again.path("bytesTransferred").asLong()).isZero();
    assertThat(again.path("bytesPresent").asLong())
        .isEqualTo(first.path("bytesTransferred").asLong());
  }

  @Test
  void printsTheDigestAloneIfItIsToBeQuiet() throws Exception {
    String reference = tag("quiet", 5);
    String digest = digest("quiet");

    Ended pulled = command("pull", "--quiet", reference);
    assertThat(pulled.out()).isEqualTo(digest + "\n");
    assertThat(pulled.err()).isEmpty();
    ecr.repository("quiet-copy");
    assertThat(succeed("push", "-q", ecr.reference("quiet-copy", "latest"), reference))
        .isEqualTo(digest + "\n");
  }

  @Test
  void saysBeforeWhatAPullWouldTransferAndStoresNothing() throws Exception {
    String reference = tag("planned", 6);
    JsonNode plan =
        JsonMapper.shared().readTree(succeed("pull", "--dry-run", "--output=json", reference));
    assertThat(daemon.ctr("content", "ls", "-q")).isBlank();
    assertThat(daemon.ctr("images", "ls", "-q")).isBlank();

    JsonNode pulled = JsonMapper.shared().readTree(succeed("pull", "--output=json", reference));

    assertThat(plan.path("bytesToTransfer").asLong())
        .isEqualTo(pulled.path("bytesTransferred").asLong());
    List<String> planned = new ArrayList<>();
    plan.path("contents").forEach(content -> planned.add(content.path("digest").asString()));
    assertThat(daemon.ctr("content", "ls", "-q").lines())
        .containsExactlyInAnyOrderElementsOf(planned);
    assertThat(succeed("pull", "--dry-run", reference)).contains("0 B to be transferred");
  }

  @Test
  void saysBeforeWhatAPushAndACopyWouldTransfer() throws Exception {
    String reference = tag("push-planned", 7);
    var _ = succeed("pull", "--quiet", reference);
    Path index = ecr.repository("push-plan").directory().resolve("index.json");
    String before = Files.readString(index);
    String target = ecr.reference("push-plan", "latest");

    String push = succeed("push", "--dry-run", target, reference);
    String copy = succeed("copy", "--dry-run", reference, target);

    assertThat(push).isEqualTo(copy);
    assertThat(push).contains("to be transferred, 0 B already there");
    assertThat(Files.readString(index)).isEqualTo(before);
    assertThat(index.resolveSibling("blobs").resolve("sha256")).isEmptyDirectory();
    var _ = succeed("push", "--quiet", target, reference);
    assertThat(succeed("push", "--dry-run", target, reference))
        .containsPattern("layer .* exists")
        .doesNotContainPattern("layer .* to be transferred");
  }

  @Test
  void pullsManyImagesAndSaysWhichOfThemFailed(@TempDir Path directory) throws Exception {
    String one = tag("many-one", 8);
    String two = tag("many-two", 9);
    String three = tag("many-three", 10);
    Path list =
        Files.writeString(
            directory.resolve("list"),
            "# ours\n%s\n\n%s # the second\n%s\n".formatted(one, two, one));

    Ended all = command("pull", "--from-file", list.toString(), three);

    assertThat(all.status()).as(all.err()).isZero();
    assertThat(all.err()).endsWith("3 of 3 images pulled\n");
    assertThat(all.out().lines().map(line -> line.split(" ", 2)[0]))
        .containsExactly(three, one, two);
    assertThat(daemon.ctr("images", "check").lines().filter(line -> line.contains(" complete ")))
        .hasSize(3);

    Ended some = command("pull", "--output=json", one, ecr.reference("many-none", "latest"));
    assertThat(some.status()).isEqualTo(1);
    assertThat(some.err()).contains("ecr: " + ecr.reference("many-none", "latest") + ": ");
    JsonNode images = JsonMapper.shared().readTree(some.out()).path("images");
    assertThat(images.path(0).path("digest").isString()).isTrue();
    assertThat(images.path(1).path("error").asString()).contains("no repository many-none");
  }

  @Test
  void helpIsWhatTheOptionShows() throws Exception {
    assertThat(succeed("help", "pull")).isEqualTo(succeed("pull", "--help"));
    assertThat(succeed("help")).contains("pull", "inspect", "completion");
  }

  private String tag(String repository, long seed) {
    digests.put(
        repository, LayeredImage.write(ecr.repository(repository), seed).manifest().digest());
    return ecr.reference(repository, "latest");
  }

  private String digest(String repository) {
    return requireNonNull(digests.get(repository)).toString();
  }

  private String succeed(String... arguments) throws InterruptedException {
    Ended ended = command(arguments);
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.out();
  }

  private Ended command(String... arguments) throws InterruptedException {
    return EcrCommand.withCredentials()
        .with("CONTAINERD_ADDRESS", daemon.socket().toString())
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
        .run(Stream.of(arguments).toArray(String[]::new));
  }
}
