package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.CriClient;
import io.github.ecrcontainerd.it.daemon.CriClient.CriImage;
import io.github.ecrcontainerd.it.daemon.PrivateContainerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The names that a pulled image is kept under, as containerd's CRI plugin understands them. */
@Tag(WithContainerd.TAG)
@ExtendWith(PrivateEcr.class)
class CriNamesIT {
  /** Without an address: what the daemon asks this registry for, it doesn't get. */
  private static final String REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com/";

  private static final String SANDBOX_IMAGE = REGISTRY + "pause:3.10";
  private static final String KUBERNETES = "k8s.io";
  private static final String MANAGED = "io.cri-containerd.image=managed";

  @RegisterExtension
  static final PrivateContainerd DAEMON =
      new PrivateContainerd(() -> Containerd.openWithCri(SANDBOX_IMAGE));

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final CriClient cri;

  CriNamesIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.resolver = ecr.resolver().build();
    this.cri = CriClient.connect(daemon);
  }

  @AfterEach
  void close() {
    cri.close();
    resolver.close();
  }

  @Test
  void isKnownByItsUriAndDigest() throws Exception {
    OciImage image = tag("known", "1.4");

    pull(KUBERNETES, REGISTRY + "known:1.4");

    CriImage known =
        new CriImage(
            image.config().digest().toString(),
            List.of(REGISTRY + "known:1.4"),
            List.of(byDigest("known", image)));
    assertThat(cri.awaitImage(REGISTRY + "known:1.4")).isEqualTo(known);
    assertThat(cri.imageStatus(byDigest("known", image))).contains(known);
    assertThat(cri.imageStatus(REGISTRY + "known:1.4@" + image.manifest().digest()))
        .contains(known);
    assertThat(cri.imageStatus(image.config().digest().toString())).contains(known);
    assertThat(cri.listImages()).contains(known);
    assertThat(records(KUBERNETES, image))
        .hasSize(4)
        .allSatisfy(record -> assertThat(record).contains(MANAGED))
        .anySatisfy(record -> assertThat(record).startsWith(ecr.reference("known", "1.4") + " "));
  }

  @Test
  void isKnownToAPluginThatStartsLater() throws Exception {
    OciImage image = tag("before", "1");
    pull(KUBERNETES, REGISTRY + "before:1");

    daemon.stop();
    daemon.start();

    try (CriClient again = CriClient.connect(daemon)) {
      assertThat(again.awaitImage(REGISTRY + "before:1").repoDigests())
          .containsExactly(byDigest("before", image));
    }
  }

  @Test
  void hasNoTagWhereItWasPulledByTagAndDigest() throws Exception {
    OciImage image = tag("both", "1");
    String reference = REGISTRY + "both:1@" + image.manifest().digest();

    pull(KUBERNETES, reference);

    CriImage known = cri.awaitImage(reference);
    assertThat(known.repoTags()).isEmpty();
    assertThat(known.repoDigests()).containsExactly(byDigest("both", image));
  }

  @Test
  void isOneOfAnIndex() throws Exception {
    OciLayout layout = ecr.repository("index");
    // Without the processor's variant: the plugin takes no entry that names one for amd64.
    OciImage own =
        layout.image(
            Format.OCI,
            Platform.of("linux", Platform.current().architecture()),
            List.of(layer("own")));
    OciImage foreign =
        layout.image(Format.OCI, Platform.parse("linux/s390x"), List.of(layer("foreign")));
    Descriptor index = layout.index(Format.OCI, List.of(foreign.manifest(), own.manifest()));
    layout.tag("1", index);

    pull(KUBERNETES, REGISTRY + "index:1");

    assertThat(cri.awaitImage(REGISTRY + "index:1"))
        .isEqualTo(
            new CriImage(
                own.config().digest().toString(),
                List.of(REGISTRY + "index:1"),
                List.of(REGISTRY + "index@" + index.digest())));
  }

  @Test
  void isKnownByAFurtherNameThatIsAUri() throws Exception {
    OciImage image = tag("further", "1");
    String name = REGISTRY + "further:prod";

    pull(KUBERNETES, ecr.reference("further", "1"), List.of(name));

    CriImage known = cri.awaitImage(name);
    assertThat(known.repoTags()).containsExactly(name);
    assertThat(known.repoDigests()).containsExactly(byDigest("further", image));
  }

  @Test
  void staysByItsIdWhenItsTagMoves() throws Exception {
    OciLayout layout = ecr.repository("moves");
    OciImage before = image(layout, "before the move");
    OciImage after = image(layout, "after the move");
    layout.tag("1", before.manifest());
    pull(KUBERNETES, REGISTRY + "moves:1");
    cri.awaitImage(REGISTRY + "moves:1");
    layout.tag("1", after.manifest());

    pull(KUBERNETES, REGISTRY + "moves:1");

    assertThat(cri.awaitImage(byDigest("moves", after)).id())
        .isEqualTo(after.config().digest().toString());
    collectGarbage(KUBERNETES);
    assertThat(cri.imageStatus(before.config().digest().toString())).isPresent();
    assertThat(daemon.ctr("-n", KUBERNETES, "images", "check"))
        .contains(before.config().digest().toString())
        .doesNotContain("incomplete");
  }

  @Test
  void goesWithAllItsNamesWhenKubernetesRemovesIt() throws Exception {
    OciImage image = tag("removed", "1");
    pull(KUBERNETES, REGISTRY + "removed:1");
    // The plugin knows a name of ours by now when it knows one that was made later.
    daemon.ctr("-n", KUBERNETES, "images", "tag", REGISTRY + "removed:1", REGISTRY + "removed:2");
    cri.awaitImage(REGISTRY + "removed:2");

    cri.removeImage(image.config().digest().toString());

    assertThat(records(KUBERNETES, image)).isEmpty();
    collectGarbage(KUBERNETES);
    assertThat(daemon.ctr("-n", KUBERNETES, "content", "ls", "-q"))
        .doesNotContain(image.manifest().digest().toString());
  }

  @Test
  void isKeptInOtherNamespacesWithoutWhatIsForKubernetes() throws Exception {
    OciImage image = tag("elsewhere", "1");

    pull("default", REGISTRY + "elsewhere:1");

    assertThat(records("default", image))
        .hasSize(2)
        .noneMatch(record -> record.contains("io.cri-containerd"))
        .anyMatch(record -> record.startsWith(ecr.reference("elsewhere", "1") + " "))
        .anyMatch(record -> record.startsWith(REGISTRY + "elsewhere:1 "));
    assertThat(cri.imageStatus(REGISTRY + "elsewhere:1")).isEmpty();
  }

  @Test
  void isKeptUnderTheNamesThatTheCommandLineAsksFor() throws Exception {
    OciImage image = tag("command", "1");

    EcrCommand.Ended ended =
        EcrCommand.withCredentials()
            .with("CONTAINERD_ADDRESS", daemon.socket().toString())
            .with("CONTAINERD_NAMESPACE", KUBERNETES)
            .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
            .run(
                "pull",
                "--no-arn-name",
                "--name",
                REGISTRY + "command:stable",
                "--name",
                "command:mine",
                REGISTRY + "command:1");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).startsWith(REGISTRY + "command:1 " + image.manifest().digest());
    assertThat(records(KUBERNETES, image))
        .extracting(record -> record.substring(0, record.indexOf(' ')))
        .containsExactlyInAnyOrder(
            REGISTRY + "command:1",
            REGISTRY + "command:stable",
            "command:mine",
            byDigest("command", image),
            image.config().digest().toString());
    assertThat(cri.awaitImage(REGISTRY + "command:1").repoTags())
        .contains(REGISTRY + "command:1", REGISTRY + "command:stable");
  }

  @Test
  void isTheImageOfPodSandboxesWithoutAskingTheRegistry() throws Exception {
    OciLayout layout = ecr.repository("pause");
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    OciImage pause =
        layout.image(
            Format.OCI,
            Platform.current(),
            List.of(Layer.gzip(tar)),
            Map.of("Entrypoint", List.of("/bin/busybox", "sleep", "600")));
    layout.tag("3.10", pause.manifest());
    pull(KUBERNETES, SANDBOX_IMAGE);
    cri.awaitImage(SANDBOX_IMAGE);

    String sandbox = cri.runPodSandbox("pod");

    try {
      assertThat(daemon.ctr("-n", KUBERNETES, "containers", "ls").lines())
          .anySatisfy(line -> assertThat(line).contains(sandbox, "/pause"));
      assertThat(daemon.ctr("-n", KUBERNETES, "tasks", "ls").lines())
          .anySatisfy(line -> assertThat(line).contains(sandbox, "RUNNING"));
    } finally {
      cri.removePodSandbox(sandbox);
    }
  }

  private void pull(String namespace, String reference) throws InterruptedException {
    pull(namespace, reference, List.of());
  }

  private void pull(String namespace, String reference, List<String> names)
      throws InterruptedException {
    try (ContainerdClient containerd = connect(namespace)) {
      Image image =
          containerd.pull(reference, resolver, PullOptions.builder().names(names).build());
      assertThat(image.name()).startsWith("ecr.aws/arn:");
    }
  }

  private ContainerdClient connect(String namespace) {
    return ContainerdClient.builder().address(daemon.socket()).namespace(namespace).build();
  }

  /** Has the daemon remove now what nothing keeps, and waits until it has. */
  private void collectGarbage(String namespace) throws InterruptedException {
    try (ContainerdClient containerd = connect(namespace)) {
      containerd.leases().deleteAndCollect(containerd.leases().create("", Map.of()).id());
    }
  }

  /** The lines of {@code ctr images ls} about an image. */
  private List<String> records(String namespace, OciImage image) {
    return daemon
        .ctr("-n", namespace, "images", "ls")
        .lines()
        .filter(line -> line.contains(" " + image.manifest().digest() + " "))
        .toList();
  }

  private static String byDigest(String repository, OciImage image) {
    return REGISTRY + repository + "@" + image.manifest().digest();
  }

  private OciImage tag(String repository, String tag) {
    OciLayout layout = ecr.repository(repository);
    OciImage image = image(layout, repository);
    layout.tag(tag, image.manifest());
    return image;
  }

  /** The content makes it another image than the others. */
  private static OciImage image(OciLayout layout, String content) {
    return layout.image(Format.OCI, Platform.current(), List.of(layer(content)));
  }

  private static Layer layer(String content) {
    return Layer.gzip(new LayerTar().file("name", 0644, content));
  }
}
