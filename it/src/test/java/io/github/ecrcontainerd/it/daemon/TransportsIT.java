package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.SocketTransport;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every transport carries to and from a real daemon. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class TransportsIT {
  private static final int MIB = 1 << 20;
  private static final int BLOB = 64 * MIB;
  private static final int CALLS = 500;

  /** Calls that need more frames of control than gRPC's transport allows one connection. */
  private static final int LIFELONG_CALLS = 12_000;

  private static final int CALLERS = 8;
  private static final int NOBODY = 65534;

  private final Containerd daemon;
  private final LocalEcr ecr;

  TransportsIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  private static ContainerdClient.Builder client(Path socket, SocketTransport transport) {
    return ContainerdClient.builder()
        .address(socket)
        .namespace(transport.name().toLowerCase(Locale.ROOT))
        .transport(transport);
  }

  private ContainerdClient connect(SocketTransport transport) {
    return client(daemon.socket(), transport).build();
  }

  /** Each transport has other bytes: a blob of another namespace needn't be written again. */
  private static byte[] noise(int size, SocketTransport transport) {
    byte[] bytes = new byte[size];
    new Random(transport.name().hashCode()).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void carriesAPull(SocketTransport transport) throws Exception {
    String repository = "pull-" + transport.name().toLowerCase(Locale.ROOT);
    OciLayout layout = ecr.repository(repository);
    byte[] file = noise(3 * MIB, transport);
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(Layer.gzip(new LayerTar().file(repository, 0644, file))));
    layout.tag("latest", image.manifest());
    String reference = ecr.reference(repository, "latest");
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient client = connect(transport)) {
      var _ = client.pull(reference, resolver, PullOptions.defaults());
      assertThat(
              daemon.ctr(
                  "-n",
                  transport.name().toLowerCase(Locale.ROOT),
                  "images",
                  "check",
                  "name==" + reference))
          .contains("complete (2/2)", "true");
      client.images().delete(reference);
    }
  }

  @ParameterizedTest
  @EnumSource
  void carriesABlobIntoTheStoreAndBack(SocketTransport transport) throws Exception {
    byte[] content = noise(BLOB, transport);
    Digest digest = Digest.sha256(content);
    try (ContainerdClient client = connect(transport)) {
      ContentStore store = client.content();
      try (Ingest ingest = store.ingest("blob", digest, BLOB).orElseThrow()) {
        ingest.write(ByteBuffer.wrap(content));
        // Otherwise the daemon, which collects what other tests have deleted, would collect it.
        Map<String, String> kept = Map.of("containerd.io/gc.root", "now");
        assertThat(ingest.commit(kept)).isEqualTo(Ingest.Outcome.COMMITTED);
      }
      MessageDigest hash = Digest.Algorithm.SHA256.newHash();
      try (BlobReader reader = store.read(digest, 0)) {
        for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
          hash.update(bytes);
        }
      }
      assertThat(Digest.of(Digest.Algorithm.SHA256, hash)).isEqualTo(digest);
      assertThat(store.delete(digest)).isTrue();
    }
  }

  /**
   * A service keeps its client for months. The daemon itself ends an ingest of what it has, which
   * costs the connection a frame of control each time.
   */
  @Test
  void aClientOutlivesManyThousandCallsAndSoDoesARunningIngest() throws Exception {
    byte[] content = noise(MIB, SocketTransport.FFM);
    Digest digest = Digest.sha256(content);
    Digest empty = Digest.sha256(new byte[0]);
    // Otherwise the daemon, which collects what other tests have deleted, would collect it.
    Map<String, String> kept = Map.of("containerd.io/gc.root", "now");
    try (ContainerdClient client = client(daemon.socket(), SocketTransport.FFM).build()) {
      ContentStore store = client.content();
      try (Ingest ingest = store.ingest("empty", empty, 0).orElseThrow()) {
        assertThat(ingest.commit(kept)).isEqualTo(Ingest.Outcome.COMMITTED);
      }
      try (Ingest ingest = store.ingest("before", digest, MIB).orElseThrow()) {
        ingest.write(ByteBuffer.wrap(content, 0, MIB / 2));
        List<FutureTask<Boolean>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          String ref = "caller-" + i;
          callers.add(beside(() -> hasAtEachCall(store, ref, empty)));
        }
        for (FutureTask<Boolean> caller : callers) {
          assertThat(caller.get(90, TimeUnit.SECONDS)).isTrue();
        }
        ingest.write(ByteBuffer.wrap(content, MIB / 2, MIB / 2));
        assertThat(ingest.commit(kept)).isEqualTo(Ingest.Outcome.COMMITTED);
      }
      assertThat(daemon.ctr("-n", "ffm", "content", "ls", "-q"))
          .contains(digest.toString(), empty.toString());
      assertThat(store.delete(digest)).isTrue();
      assertThat(store.delete(empty)).isTrue();
    }
  }

  private static boolean hasAtEachCall(ContentStore store, String ref, Digest empty)
      throws InterruptedException {
    boolean has = true;
    for (int i = 0; i < LIFELONG_CALLS / CALLERS; i++) {
      has &= store.ingest(ref, empty, 0).isEmpty();
    }
    return has;
  }

  @ParameterizedTest
  @EnumSource
  void carriesManyCallsOfManyThreadsAtATime(SocketTransport transport) throws Exception {
    try (ContainerdClient client = connect(transport)) {
      String version = client.introspection().version().version();
      List<FutureTask<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        all.add(beside(() -> client.introspection().version().version().equals(version)));
      }
      for (FutureTask<Boolean> call : all) {
        assertThat(call.get(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static <T> FutureTask<T> beside(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.startVirtualThread(task);
    return task;
  }

  @ParameterizedTest
  @EnumSource
  void endsAllCallsWhenItsClientIsClosedUnderThem(SocketTransport transport) throws Exception {
    ContainerdClient client = connect(transport);
    CountDownLatch underWay = new CountDownLatch(1);
    FutureTask<ContainerdException> writing =
        beside(
            () ->
                catchThrowableOfType(
                    ContainerdException.class, () -> writeForEver(client.content(), underWay)));
    assertThat(underWay.await(60, TimeUnit.SECONDS)).isTrue();
    client.close();
    assertThat(writing.get(20, TimeUnit.SECONDS).code()).isIn(Code.UNAVAILABLE, Code.CANCELLED);
    assertThat(daemon.ctr("version")).contains("Server:");
  }

  /** An endless blob. */
  private static void writeForEver(ContentStore store, CountDownLatch underWay)
      throws InterruptedException {
    byte[] bytes = new byte[8 * MIB];
    Digest digest = Digest.sha256(bytes);
    try (Ingest ingest = store.ingest("endless", digest, Long.MAX_VALUE).orElseThrow()) {
      while (true) {
        ingest.write(ByteBuffer.wrap(bytes));
        underWay.countDown();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void saysThatTheDaemonWasKilledAndReachesTheNextOne(SocketTransport transport) throws Exception {
    try (Containerd own = Containerd.open();
        ContainerdClient client = client(own.socket(), transport).build()) {
      CountDownLatch underWay = new CountDownLatch(1);
      FutureTask<ContainerdException> writing =
          beside(
              () ->
                  catchThrowableOfType(
                      ContainerdException.class, () -> writeForEver(client.content(), underWay)));
      assertThat(underWay.await(60, TimeUnit.SECONDS)).isTrue();
      own.kill();
      assertThat(writing.get(20, TimeUnit.SECONDS)).hasMessageContaining("went away");
      assertThatThrownBy(() -> client.images().list())
          .isInstanceOf(ContainerdException.class)
          .hasMessageContaining("no containerd at " + own.socket());
      own.start();
      assertThat(client.images().list()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsTheDaemonsProcess(SocketTransport transport) throws Exception {
    try (ContainerdClient client = connect(transport)) {
      assertThat(client.peer().user()).isEqualTo(Files.getOwner(daemon.socket()));
      if (transport == SocketTransport.JDK) {
        assertThat(client.peer().pid()).isEmpty();
      } else {
        assertThat(client.peer().pid()).hasValue(daemon.pid());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesTheSocketOfAnotherUserWhereOnlyTrustedPeersAreAsked(SocketTransport transport)
      throws Exception {
    try (ContainerdClient trusting =
            client(daemon.socket(), transport).trustedPeerOnly(true).build();
        OtherUsersSocket others = OtherUsersSocket.of(NOBODY);
        ContainerdClient any = client(others.socket(), transport).build();
        ContainerdClient wary = client(others.socket(), transport).trustedPeerOnly(true).build()) {
      assertThat(trusting.introspection().version().version()).isNotEmpty();
      assertThat(any.peer().user()).isEqualTo(Files.getOwner(others.socket()));
      assertThatThrownBy(() -> wary.introspection().version())
          .isInstanceOf(ContainerdException.class)
          .hasMessageContaining(others.socket() + " is served by the user ")
          .hasMessageContaining("is that your containerd?");
    }
  }
}
