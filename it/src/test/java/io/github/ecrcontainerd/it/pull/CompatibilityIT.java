package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.PublishedShapes;
import io.github.ecrcontainerd.it.image.PublishedShapes.Shape;
import io.github.ecrcontainerd.it.registry.DockerRegistry;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.DebianPrograms;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Images of the shape of published ones, held against what {@code ctr}, skopeo, oras and crane do
 * with the same layout. skopeo, oras and crane push it to a docker-registry and bring it back into
 * a layout of their own; {@code ctr} imports it. The outcome is written to {@code
 * target/compatibility.md}.
 */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class CompatibilityIT {
  private static final String SAME = "same";
  private static final PushOptions PUSH = PushOptions.builder().foreignLayers(true).build();
  private static final Map<String, String> ROWS = new ConcurrentHashMap<>();

  private static Path tools;
  private static DockerRegistry registry;
  private static Path scratch;

  private final Containerd daemon;
  private final LocalEcr ecr;

  CompatibilityIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @BeforeAll
  static void startTheRegistry() throws Exception {
    tools = DebianPrograms.imageTools();
    registry = new DockerRegistry(tool("docker-registry"));
    scratch = Files.createTempDirectory("compatibility");
  }

  @AfterAll
  static void writeTheTable() throws Exception {
    registry.close();
    Command.run(List.of("rm", "-rf", scratch.toString()));
    StringBuilder table = new StringBuilder();
    table.append("| image | pull | unpack | push | copy | ctr | skopeo | oras | crane |\n");
    table.append("|---|---|---|---|---|---|---|---|---|\n");
    new TreeMap<>(ROWS).values().forEach(row -> table.append(row).append('\n'));
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/compatibility.md"), table);
  }

  static List<Shape> shapes() {
    return PublishedShapes.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void whatAnotherToolBringsWholeWeBringWhole(Shape shape) throws Exception {
    String name = shape.name();
    OciLayout layout = ecr.repository(name);
    Descriptor root = shape.root().apply(layout);
    layout.tag("latest", root);
    Map<String, String> ours = ours(shape, layout, root);
    String ctr = ctr(name, layout);
    List<String> others =
        List.of(
            ctr,
            outcome(() -> skopeo(name, layout)),
            outcome(() -> oras(name, layout)),
            outcome(() -> crane(name, layout)));
    ROWS.put(
        name,
        "| %s | %s | %s | %s | %s | %s |"
            .formatted(
                shape.what(),
                ours.get("pull"),
                ours.get("unpack"),
                ours.get("push"),
                ours.get("copy"),
                String.join(" | ", others)));

    assertThat(others).contains(SAME);
    assertThat(List.of(ours.get("pull"), ours.get("push"), ours.get("copy"))).containsOnly(SAME);
    assertThat(ours.get("unpack")).isNotEqualTo("refused");
    if (shape.runs()) {
      assertThat(ours.get("unpack")).isEqualTo("yes");
    }
  }

  private Map<String, String> ours(Shape shape, OciLayout layout, Descriptor root)
      throws Exception {
    String name = shape.name();
    Map<String, String> outcomes = new TreeMap<>();
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient containerd = ContainerdClient.builder().address(daemon.socket()).build()) {
      PullOptions all = PullOptions.builder().allPlatforms(true).unpack(false).build();
      Image image = containerd.pull(ecr.reference(name, "latest"), resolver, all);
      assertThat(image.target().digest()).isEqualTo(root.digest());
      outcomes.put("pull", outcome(() -> compare(layout, stored("default"))));
      String before = snapshots();
      try {
        containerd.pull(ecr.reference(name, "latest"), resolver);
        outcomes.put("unpack", snapshots().equals(before) ? "no" : "yes");
      } catch (ImageException e) {
        outcomes.put(
            "unpack",
            e.code() == ImageException.Code.NO_PLATFORM ? "not for this machine" : "refused");
      }
      OciLayout pushed = ecr.repository(name + "-pushed");
      containerd.push(ecr.reference(name + "-pushed", "latest"), image.target(), resolver, PUSH);
      outcomes.put("push", sameFiles(layout, pushed.directory()));
      OciLayout copied = ecr.repository(name + "-copied");
      RegistryCopy.between(resolver, resolver)
          .run(ecr.reference(name, "latest"), ecr.reference(name + "-copied", "latest"), PUSH);
      outcomes.put("copy", sameFiles(layout, copied.directory()));
    }
    return outcomes;
  }

  private String snapshots() {
    return daemon.ctr("snapshots", "ls");
  }

  private String ctr(String name, OciLayout layout) {
    return outcome(
        () -> {
          Path archive = daemon.directory().resolve(name + ".tar");
          try {
            Command.run(
                List.of(
                    "tar", "-C", layout.directory().toString(), "-cf", archive.toString(), "."));
            daemon.ctr(
                "-n",
                name,
                "images",
                "import",
                "--all-platforms",
                "--no-unpack",
                "--base-name",
                name,
                archive.toString());
            return compare(layout, stored(name));
          } finally {
            Files.deleteIfExists(archive);
          }
        });
  }

  private Set<Digest> stored(String namespace) {
    return daemon
        .ctr("-n", namespace, "content", "ls", "-q")
        .lines()
        .map(Digest::parse)
        .collect(Collectors.toSet());
  }

  private static String skopeo(String name, OciLayout layout) {
    String remote = "docker://" + repository("skopeo", name);
    Path back = scratch.resolve("skopeo-" + name);
    String local = "oci:" + layout.directory() + ":latest";
    List<String> copy =
        List.of("skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests");
    Command.run(with(copy, "--dest-tls-verify=false", local, remote));
    Command.run(with(copy, "--src-tls-verify=false", remote, "oci:" + back + ":latest"));
    return sameFiles(layout, back);
  }

  private static String oras(String name, OciLayout layout) {
    String remote = repository("oras", name);
    Path back = scratch.resolve("oras-" + name);
    List<String> copy = List.of(tool("oras"), "cp", "--no-tty");
    String local = layout.directory() + ":latest";
    Command.run(with(copy, "--from-oci-layout", "--to-plain-http", local, remote));
    Command.run(with(copy, "--from-plain-http", "--to-oci-layout", remote, back + ":latest"));
    return sameFiles(layout, back);
  }

  private static String crane(String name, OciLayout layout) {
    String remote = repository("crane", name);
    Path back = scratch.resolve("crane-" + name);
    Command.run(
        List.of(tool("crane"), "push", "--insecure", layout.directory().toString(), remote));
    Command.run(
        List.of(tool("crane"), "pull", "--insecure", "--format=oci", remote, back.toString()));
    return sameFiles(layout, back);
  }

  private static List<String> with(List<String> command, String... more) {
    return Stream.concat(command.stream(), Stream.of(more)).toList();
  }

  private static String repository(String tool, String name) {
    return "127.0.0.1:%d/%s/%s:latest".formatted(registry.port(), tool, name);
  }

  private static String tool(String name) {
    return tools.resolve(name).toString();
  }

  /** What came of it in a word, or why nothing did. */
  private static String outcome(Callable<String> attempt) {
    try {
      return attempt.call();
    } catch (AssertionError e) {
      return "refused: " + reason(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The last line of what a tool said, without what differs from run to run. */
  private static String reason(String message) {
    String last = message.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b);
    String plain =
        last.replaceAll("time=\\S+ level=\\S+ msg=", "")
            .replaceAll("sha256:[0-9a-f]{64}", "DIGEST")
            .replaceAll("127\\.0\\.0\\.1:\\d+", "REGISTRY")
            .replaceAll("(?<=[ :])/\\S+/", "")
            .replace("|", "/");
    return plain.length() > 120 ? plain.substring(0, 120) + "..." : plain;
  }

  private static String compare(OciLayout layout, Set<Digest> there) {
    Set<Digest> wanted = digests(layout.directory());
    long came = wanted.stream().filter(there::contains).count();
    return came == wanted.size() ? SAME : "%d of %d blobs".formatted(came, wanted.size());
  }

  /** Byte by byte, by cmp(1), where all of the original is there. */
  private static String sameFiles(OciLayout original, Path copy) {
    Set<Digest> wanted = digests(original.directory());
    Set<Digest> there = digests(copy);
    long came = wanted.stream().filter(there::contains).count();
    if (came != wanted.size()) {
      return "%d of %d blobs".formatted(came, wanted.size());
    }
    OciLayout arrived = OciLayout.in(copy);
    wanted.forEach(
        digest ->
            Command.run(
                List.of("cmp", original.file(digest).toString(), arrived.file(digest).toString())));
    return SAME;
  }

  private static Set<Digest> digests(Path layout) {
    try (Stream<Path> files = Files.list(layout.resolve("blobs/sha256"))) {
      return files
          .map(file -> Digest.parse("sha256:" + file.getFileName()))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
