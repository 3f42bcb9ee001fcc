package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.SocketTransport;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A container has the rights that the image's files give its user: those that it has by the
 * daemon's own {@code ctr run}.
 *
 * <p>They are read from the directories of the snapshot, and, by a client whose transport doesn't
 * tell the daemon's process, from the layers.
 */
@WithContainerd
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UserIT {
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh

      broken:x:many:2000::/:/bin/sh
      short:x
      high:x:4294967295:2000::/:/bin/sh
      app:x:1000:2000:an application:/:/bin/sh
      twin:x:1000:2001::/:/bin/sh
      """;
  private static final String GROUP =
      """
      root:x:0:
      wheel:x:10:root,app
      app:x:2000:app
      extra:x:3000:other,app
      twins:x:4000:twin
      endless:x:99999999999:
      """;

  @TempDir static Path directory;

  private static ContainerdClient bySnapshot;
  private static ContainerdClient byLayers;
  private final Containerd daemon;

  UserIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeAll
  static void connect(Containerd containerd) {
    bySnapshot = ContainerdClient.builder().address(containerd.socket()).build();
    byLayers =
        ContainerdClient.builder()
            .address(containerd.socket())
            .transport(SocketTransport.JDK)
            .build();
  }

  @AfterAll
  static void close() {
    bySnapshot.close();
    byLayers.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "root",
        "app",
        "twin",
        "1000",
        "+1000",
        "4242",
        "1000:extra",
        "app:extra",
        "1000:2000",
        "app:3000",
        "4242:extra",
        "4242:7",
        ":extra",
        "2147483647:2147483647"
      })
  void hasTheRightsThatItHasByCtr(String user) throws Exception {
    sameAsByCtr(
        user, List.of(gzip(busybox()), gzip(accounts(new LayerTar().directory("etc", 0755)))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "app", "1000:extra"})
  void followsLinksInsideTheImage(String user) throws Exception {
    LayerTar links =
        busybox()
            .directory("etc", 0755)
            .symlink("etc/passwd", "../../../../../opt/files/passwd")
            .symlink("etc/group", "/opt/files/group")
            .directory("usr", 0755)
            .directory("usr/share", 0755)
            .symlink("opt", "usr/share");
    LayerTar files =
        new LayerTar()
            .directory("usr/share/files", 0755)
            .file("usr/share/files/passwd", 0644, PASSWD)
            .file("usr/share/files/group", 0644, GROUP);
    sameAsByCtr(user, List.of(gzip(links), Layer.of(Compression.PLAIN, files)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "app", "1000:2000"})
  void takesWhatTheUppermostLayersLeave(String user) throws Exception {
    LayerTar lower =
        new LayerTar()
            .directory("etc", 0755)
            .file("etc/passwd", 0644, "app:x:7:8::/:/bin/sh\n")
            .file("etc/group", 0644, "admin:x:0:app,root\n");
    sameAsByCtr(
        user,
        List.of(
            gzip(busybox()),
            gzip(lower),
            gzip(new LayerTar().file("etc/passwd", 0644, PASSWD).whiteout("etc/group"))));
    sameAsByCtr(
        user,
        List.of(
            gzip(busybox()),
            gzip(lower),
            gzip(
                new LayerTar()
                    .directory("etc", 0755)
                    .opaque("etc")
                    .file("etc/passwd", 0644, PASSWD))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1000", "1000:2000"})
  void needsNoFilesForNumbers(String user) throws Exception {
    sameAsByCtr(user, List.of(gzip(busybox())));
  }

  @Test
  void followsTheLinksThatLowerLayersHaveOnTheWayOfAnEntry() throws Exception {
    LayerTar moved =
        busybox()
            .directory("usr", 0755)
            .directory("usr/etc", 0755)
            .file("usr/etc/passwd", 0644, "app:x:0:0::/:/bin/sh\n")
            .symlink("etc", "usr/etc");
    LayerTar through = new LayerTar().file("etc/passwd", 0644, PASSWD);
    sameAsByCtr("app", List.of(gzip(moved), gzip(through)));
  }

  @Test
  void readsHardLinks() throws Exception {
    LayerTar tar =
        busybox()
            .directory("etc", 0755)
            .file("etc/users", 0644, PASSWD)
            .hardLink("etc/passwd", "etc/users");
    sameAsByCtr("app", List.of(gzip(tar)));
  }

  @Test
  void readsTheDirectoryThatAnotherSnapshotterBinds() throws Exception {
    String imported = importImage("app", List.of(zstd(busybox()), zstd(accounts(new LayerTar()))));
    Path archive = daemon.directory().resolve("native.tar");
    daemon.export(archive, imported);
    daemon.importAndUnpack("default", "native", archive);
    Files.delete(archive);
    Image image = bySnapshot.images().get(imported).orElseThrow();
    assertThat(id(bySnapshot, image, RunOptions.builder().snapshotter("native")))
        .isEqualTo("uid=1000(app) gid=2000(app) groups=10(wheel),2000(app),3000(extra)\n");
  }

  @Test
  void readsLayersThatAreCompressedWithZstd() throws Exception {
    String imported = importImage("app", List.of(zstd(busybox()), zstd(accounts(new LayerTar()))));
    Image image = bySnapshot.images().get(imported).orElseThrow();
    assertThat(id(bySnapshot, image, RunOptions.builder()))
        .startsWith("uid=1000(app) gid=2000(app)");
    assertThat(id(byLayers, image, RunOptions.builder())).startsWith("uid=1000(app) gid=2000(app)");
    leavesNothing();
  }

  @Test
  void runsAsTheUserThatTheOptionsName() throws Exception {
    String imported = importImage("app", List.of(gzip(busybox()), gzip(accounts(new LayerTar()))));
    Image image = bySnapshot.images().get(imported).orElseThrow();
    assertThat(id(bySnapshot, image, RunOptions.builder().user("twin:extra")))
        .startsWith("uid=1000(app) gid=3000(extra)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody",
        "app:none",
        "none:app",
        "2147483648",
        "-1",
        "1000:-1",
        "1000:2147483648",
        "99999999999999999999",
        "a:b:c",
        "app/../root"
      })
  void refusesWhatCtrRefuses(String user) throws Exception {
    String imported = importImage(user, List.of(gzip(busybox()), gzip(accounts(new LayerTar()))));
    assertThatThrownBy(() -> byCtr(imported)).isInstanceOf(AssertionError.class);
    refused(imported, user);
  }

  /** Where ctr takes the number that it can't read for 0, root's. */
  @ParameterizedTest
  @ValueSource(strings = {"broken", "short", "high", "app:endless", "app:", "0:"})
  void neverTakesAnotherRightForOneThatCanNotBeRead(String user) throws Exception {
    refused(importImage(user, List.of(gzip(busybox()), gzip(accounts(new LayerTar())))), user);
  }

  @Test
  void refusesAPasswdThatIsNoFileOrLinksInCircles() throws Exception {
    LayerTar circle = busybox().directory("etc", 0755).symlink("etc/passwd", "passwd");
    refused(importImage("app", List.of(gzip(circle))), "app");
    LayerTar fifo = busybox().directory("etc", 0755).fifo("etc/passwd", 0644);
    refused(importImage("app", List.of(gzip(fifo))), "app");
  }

  private void refused(String imported, String user) throws InterruptedException {
    Image image = bySnapshot.images().get(imported).orElseThrow();
    for (ContainerdClient client : List.of(bySnapshot, byLayers)) {
      ImageException refusal =
          catchThrowableOfType(ImageException.class, () -> id(client, image, RunOptions.builder()));
      assertThat(refusal)
          .hasMessageMatching("(?s).*(" + Pattern.quote(user) + "|malformed).*")
          .message()
          .doesNotContain("Exception");
    }
    leavesNothing();
  }

  private void sameAsByCtr(String user, List<Layer> layers) throws Exception {
    String imported = importImage(user, layers);
    String expected = byCtr(imported);
    assertThat(expected).startsWith("uid=");
    Image image = bySnapshot.images().get(imported).orElseThrow();
    assertThat(id(bySnapshot, image, RunOptions.builder())).isEqualTo(expected);
    assertThat(id(byLayers, image, RunOptions.builder())).isEqualTo(expected);
    leavesNothing();
  }

  private static void leavesNothing() throws InterruptedException {
    assertThat(bySnapshot.containers().list()).isEmpty();
    assertThat(bySnapshot.leases().list()).isEmpty();
  }

  private String importImage(String user, List<Layer> layers) throws IOException {
    Path place = Files.createTempDirectory(directory, "image");
    OciLayout layout = OciLayout.create(place);
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers, Map.of("User", user));
    layout.tag("latest", image.manifest());
    String name = place.getFileName().toString();
    layout.importInto(daemon, name);
    return name + ":latest";
  }

  private String byCtr(String image) {
    return daemon.runByCtr(image, "by-ctr", "/bin/busybox", "sh", "-c", "/bin/id 2>/dev/null");
  }

  private static String id(ContainerdClient client, Image image, RunOptions.Builder options)
      throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = client.run(image, options.args("id").output(out, err).build()).code();
    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Layer gzip(LayerTar tar) {
    return Layer.gzip(tar);
  }

  private static Layer zstd(LayerTar tar) {
    return Layer.of(Compression.ZSTD, tar);
  }

  private static LayerTar accounts(LayerTar tar) {
    return tar.file("etc/passwd", 0644, PASSWD).file("etc/group", 0644, GROUP);
  }

  private static LayerTar busybox() throws IOException {
    LayerTar tar = new LayerTar();
    for (String name : List.of("bin", "proc", "dev", "sys", "run", "tmp")) {
      tar.directory(name, 0755);
    }
    return tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")))
        .symlink("bin/id", "busybox");
  }
}
