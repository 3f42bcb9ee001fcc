package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.container.Container;
import io.github.ecrcontainerd.containerd.container.NewContainer;
import io.github.ecrcontainerd.containerd.container.RuntimeSpec;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.introspection.Plugin;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.namespace.Namespace;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.snapshot.SnapshotInfo;
import io.github.ecrcontainerd.containerd.snapshot.SnapshotInfo.Kind;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The services around the content store, each from create to delete. */
@WithContainerd
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServicesIT {
  private static final Descriptor TARGET =
      Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[] {'{', '}'});

  private Containerd containerd;
  private ContainerdClient client;

  @BeforeEach
  void connect(Containerd daemon) {
    containerd = daemon;
    client = ContainerdClient.builder().address(daemon.socket()).build();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private static Code codeOf(ThrowingCallable call) {
    return catchThrowableOfType(ContainerdException.class, call).code();
  }

  @Test
  void introspectionTellsWhatTheDaemonIs() throws Exception {
    assertThat(containerd.ctr("version"))
        .contains(client.introspection().version().version())
        .contains(client.introspection().server().uuid());
    assertThat(client.introspection().plugins("type==io.containerd.snapshotter.v1,id==overlayfs"))
        .singleElement()
        .satisfies(plugin -> assertThat(plugin.error()).isEmpty())
        .extracting(Plugin::exports)
        .asInstanceOf(
            org.assertj.core.api.InstanceOfAssertFactories.map(String.class, String.class))
        .containsKey("root");
    assertThat(client.introspection().plugins()).anyMatch(plugin -> plugin.error().isPresent());
  }

  @Test
  void namespacesComeAndGo() throws Exception {
    assertThat(client.namespaces().get("mine")).isEmpty();
    Namespace made = client.namespaces().create("mine", Map.of("a", "b"));
    assertThat(client.namespaces().get("mine")).contains(made);
    assertThat(client.namespaces().list()).contains(made);
    assertThat(codeOf(() -> client.namespaces().create("mine", Map.of())))
        .isEqualTo(Code.ALREADY_EXISTS);
    assertThat(client.namespaces().delete("mine")).isTrue();
    assertThat(client.namespaces().delete("mine")).isFalse();
  }

  @Test
  void leasesComeAndGo() throws Exception {
    Leases leases = client.leases();
    Instant before = Instant.now();
    Lease lease = leases.create("mine", Duration.ofHours(1));
    assertThat(Instant.parse(lease.labels().get(Leases.EXPIRE)))
        .isBetween(before.plusSeconds(3598), before.plusSeconds(3660));
    assertThat(leases.list("id==mine")).containsExactly(lease);
    assertThat(containerd.ctr("leases", "ls")).contains("mine");
    assertThat(codeOf(() -> leases.create("mine", Map.of()))).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(leases.create("", Map.of("x", "y")).id()).isNotEmpty();

    LeaseResource content = new LeaseResource("content", TARGET.digest().toString());
    leases.addResource("mine", content);
    assertThat(leases.resources("mine")).containsExactly(content);
    assertThat(codeOf(() -> leases.resources("others"))).isEqualTo(Code.NOT_FOUND);

    assertThat(leases.delete("mine")).isTrue();
    assertThat(leases.delete("mine")).isFalse();
    assertThat(leases.deleteAndCollect("mine")).isFalse();
  }

  @Test
  void imagesComeAndGo() throws Exception {
    Image made = client.images().create("example.com/a:1", TARGET, Map.of("a", "1", "b", "1"));
    assertThat(made.target().digest()).isEqualTo(TARGET.digest());
    assertThat(client.images().get("example.com/a:1")).contains(made);
    assertThat(client.images().get("example.com/a:2")).isEmpty();
    assertThat(client.images().list("name==example.com/a:1")).containsExactly(made);
    assertThat(codeOf(() -> client.images().create("example.com/a:1", TARGET, Map.of())))
        .isEqualTo(Code.ALREADY_EXISTS);
    assertThat(codeOf(() -> client.images().update("example.com/a:2", TARGET, Map.of())))
        .isEqualTo(Code.NOT_FOUND);

    Descriptor other = Descriptor.of(MediaTypes.OCI_INDEX, new byte[] {'[', ']'});
    Image updated = client.images().put("example.com/a:1", other, Map.of("a", "2"));
    assertThat(updated.target()).isEqualTo(other);
    assertThat(updated.labels()).isEqualTo(Map.of("a", "2"));
    assertThat(client.images().put("example.com/b:1", other, Map.of()).name())
        .isEqualTo("example.com/b:1");
    assertThat(containerd.ctr("images", "ls", "-q")).contains("example.com/a:1", "example.com/b:1");

    assertThat(client.images().delete("example.com/a:1")).isTrue();
    assertThat(client.images().delete("example.com/a:1")).isFalse();
    assertThat(client.images().deleteAndCollect("example.com/b:1")).isTrue();
  }

  @Test
  void aLayerIsAppliedToASnapshot() throws Exception {
    Lease lease = client.leases().create("apply", Duration.ofHours(1));
    var leased = client.withLease(lease);
    Layer layer = Layer.gzip(new LayerTar().file("greeting", 0644, "hello"));
    Descriptor blob = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, layer.bytes());
    try (Ingest ingest =
        leased.content().ingest("layer", blob.digest(), blob.size()).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(layer.bytes()));
      ingest.commit(Map.of());
    }
    Snapshots snapshots = leased.snapshots("overlayfs");
    List<Mount> mounts = snapshots.prepare("extract", "", Map.of("l", "1"));

    Descriptor applied = leased.diff().apply(blob, mounts);

    assertThat(applied.digest()).isEqualTo(layer.diffId());
    assertThat(snapshots.mounts("extract")).isEqualTo(mounts);
    assertThat(snapshots.stat("extract"))
        .get()
        .extracting(SnapshotInfo::kind)
        .isEqualTo(Kind.ACTIVE);
    snapshots.commit("chain", "extract", Map.of("l", "2"));
    assertThat(snapshots.stat("extract")).isEmpty();
    SnapshotInfo committed = snapshots.stat("chain").orElseThrow();
    assertThat(committed.kind()).isEqualTo(Kind.COMMITTED);
    assertThat(committed.labels()).containsEntry("l", "2");
    assertThat(snapshots.usage("chain").size()).isPositive();
    assertThat(snapshots.list("name==chain")).containsExactly(committed);

    snapshots.view("seen", "chain", Map.of());
    assertThat(snapshots.stat("seen").orElseThrow().parent()).isEqualTo("chain");
    assertThat(codeOf(() -> snapshots.remove("chain"))).isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(codeOf(() -> snapshots.prepare("seen", "", Map.of())))
        .isEqualTo(Code.ALREADY_EXISTS);
    assertThat(snapshots.remove("seen")).isTrue();
    assertThat(snapshots.remove("chain")).isTrue();
    assertThat(snapshots.remove("chain")).isFalse();
    assertThat(codeOf(() -> snapshots.mounts("chain"))).isEqualTo(Code.NOT_FOUND);
    assertThat(codeOf(() -> snapshots.prepare("orphan", "no-parent", Map.of())))
        .isEqualTo(Code.NOT_FOUND);
    client.leases().deleteAndCollect(lease.id());
  }

  @Test
  void saysThatThereIsNoSuchSnapshotter() {
    ContainerdException failure =
        catchThrowableOfType(ContainerdException.class, () -> client.snapshots("imaginary").list());
    assertThat(failure).hasMessageContaining("imaginary");
  }

  @Test
  void containersComeAndGo() throws Exception {
    String spec = RuntimeSpec.of("/bin/true").json();
    Container made =
        client
            .containers()
            .create(new NewContainer("c1", "example.com/c:1", "overlayfs", "c1", spec, Map.of()));
    assertThat(made.spec()).isEqualTo(spec);
    assertThat(made.runtime()).isEqualTo("io.containerd.runc.v2");
    assertThat(client.containers().get("c1")).contains(made);
    assertThat(client.containers().get("c2")).isEmpty();
    assertThat(client.containers().list("id==c1")).containsExactly(made);
    assertThat(containerd.ctr("containers", "info", "c1")).contains("/bin/true");
    assertThat(client.tasks().get("c1")).isEmpty();
    assertThat(client.tasks().list()).isEmpty();
    assertThat(client.tasks().delete("c1")).isEmpty();
    assertThat(client.tasks().kill("c1", 9)).isFalse();
    assertThat(client.containers().delete("c1")).isTrue();
    assertThat(client.containers().delete("c1")).isFalse();
  }
}
