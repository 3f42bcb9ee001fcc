package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.Ingest.Outcome;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client outlives its daemon: calls that the daemon's end breaks fail at once. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestartIT {
  /** The limit for "fails in seconds", on a busy machine. */
  private static final Duration SECONDS = Duration.ofSeconds(10);

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final AtomicInteger refused = new AtomicInteger();
  private ContainerdClient client;

  RestartIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  enum End {
    STOPPED,
    KILLED;

    void of(Containerd daemon) {
      switch (this) {
        case STOPPED -> daemon.stop();
        case KILLED -> daemon.kill();
      }
    }
  }

  @BeforeEach
  void connect() {
    client = ContainerdClient.builder().address(daemon.socket()).build();
  }

  @AfterEach
  void disconnect() {
    client.close();
    if (!daemon.isRunning()) {
      // A previous test failed and left it stopped.
      daemon.start();
    }
  }

  private static ContainerdException failureOf(ThrowingCallable call) {
    return catchThrowableOfType(ContainerdException.class, call);
  }

  @ParameterizedTest
  @EnumSource
  void theSameClientListsIngestsAndPullsAgain(End end) throws Exception {
    String reference = tagImage("restart-" + end.name().toLowerCase(Locale.ROOT));
    assertThat(client.images().list()).noneMatch(image -> image.name().equals(reference));
    end.of(daemon);

    Instant before = Instant.now();
    for (int i = 0; i < 3; i++) {
      ContainerdException failure = failureOf(() -> client.images().list());
      assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(failure)
          .hasMessage(
              "Images.List: no containerd at %s: is it running?".formatted(daemon.socket()));
      assertThat(failureOf(() -> client.leases().create("", Map.of())))
          .hasMessageContaining("no containerd at " + daemon.socket());
    }
    assertThat(Duration.between(before, Instant.now())).isLessThan(SECONDS);

    daemon.start();
    assertThat(client.images().list()).noneMatch(image -> image.name().equals(reference));
    byte[] content = NoiseImage.noise(end.name().hashCode(), 3 << 20);
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = client.content().ingest("again", digest, content.length).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(content));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    try (EcrResolver resolver = ecr.resolver().build()) {
      client.pull(reference, resolver, PullOptions.builder().unpack(false).build());
    }
    assertThat(client.images().get(reference)).isPresent();
  }

  @Test
  void threadsThatGoOnCallingGetThroughToTheNextDaemon() throws Exception {
    List<FutureTask<Instant>> callers =
        Stream.generate(() -> new FutureTask<>(this::callUntilTheNextDaemon)).limit(8).toList();
    callers.forEach(Thread::startVirtualThread);
    daemon.kill();
    // By then, each caller has seen a failure.
    while (callers.stream().anyMatch(caller -> !caller.isDone()) && refused.get() < 200) {
      Thread.onSpinWait();
    }
    daemon.start();
    for (FutureTask<Instant> caller : callers) {
      assertThat(caller.get(30, TimeUnit.SECONDS)).isNotNull();
    }
  }

  /** Calls until a call fails, and then until one doesn't. */
  private Instant callUntilTheNextDaemon() throws InterruptedException {
    boolean failed = false;
    while (true) {
      try {
        client.introspection().version();
        if (failed) {
          return Instant.now();
        }
      } catch (ContainerdException e) {
        assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(e).hasMessageContaining("is it running?");
        refused.incrementAndGet();
        failed = true;
      }
    }
  }

  @Test
  void aCallThatIsUnderWayFailsAtOnce() throws Exception {
    assertThat(client.namespaces().list()).isNotNull();
    // The daemon accepts the call, and never answers.
    Suspension.of(daemon.pid());
    FutureTask<ContainerdException> creating =
        new FutureTask<>(() -> failureOf(() -> client.leases().create("lost", Map.of())));
    FutureTask<ContainerdException> listing =
        new FutureTask<>(() -> failureOf(() -> client.leases().list()));
    awaitWaiting(Thread.startVirtualThread(creating));
    awaitWaiting(Thread.startVirtualThread(listing));

    daemon.kill();

    assertThat(creating.get(10, TimeUnit.SECONDS))
        .hasMessage(
            "Leases.Create lost: containerd at %s went away: is it running?"
                .formatted(daemon.socket()));
    assertThat(listing.get(10, TimeUnit.SECONDS).code()).isEqualTo(Code.UNAVAILABLE);
    // The call is repeated: while the kernel still closes the daemon's files, the old listening
    // socket may accept the new connection, which then ends with it.
    assertThat(listing.get().getMessage())
        .isIn(
            "Leases.List: no containerd at %s: is it running?".formatted(daemon.socket()),
            "Leases.List: containerd at %s went away: is it running?".formatted(daemon.socket()));
    daemon.start();
    assertThat(client.leases().list("id==lost")).isEmpty();
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aBlobThatIsReadEndsWithTheDaemon() throws Exception {
    byte[] content = NoiseImage.noise(7, 32 << 20);
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = client.content().ingest("read", digest, content.length).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(content));
      ingest.commit(Map.of());
    }
    try (BlobReader reader = client.content().read(digest, 0)) {
      assertThat(reader.read()).isNotNull();
      daemon.kill();
      ContainerdException failure =
          failureOf(
              () -> {
                while (reader.read() != null) {
                  // Data in flight still arrives.
                }
              });
      assertThat(failure)
          .hasMessage(
              "Content.Read %s: containerd at %s went away: is it running?"
                  .formatted(digest, daemon.socket()));
      assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
    } finally {
      daemon.start();
    }
    assertThat(client.namespaces().list()).isNotEmpty();
  }

  @Test
  void whoWaitsForATaskHearsThatTheDaemonWentAwayAndCanWaitAgain() throws Exception {
    Path rootfs = daemon.directory().resolve("rootfs");
    Files.createDirectories(rootfs.resolve("bin"));
    Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"));
    String id = "waited-" + ProcessHandle.current().pid();
    daemon.ctr("run", "-d", "--rootfs", rootfs.toString(), id, "/bin/busybox", "sleep", "1h");
    FutureTask<ContainerdException> waiting =
        new FutureTask<>(() -> failureOf(() -> client.tasks().await(id)));
    awaitWaiting(Thread.startVirtualThread(waiting));

    daemon.kill();

    assertThat(waiting.get(10, TimeUnit.SECONDS).code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(waiting.get())
        .hasMessageStartingWith("Tasks.Wait " + id + ": ")
        .hasMessageEndingWith("is it running?");
    daemon.start();
    assertThat(client.tasks().kill(id, 9)).isTrue();
    assertThat(client.tasks().await(id).code()).isEqualTo(128 + 9);
    assertThat(client.tasks().delete(id)).isPresent();
    assertThat(client.containers().delete(id)).isTrue();
  }

  /** A daemon that restarted between two calls, as the client sees it. */
  @Test
  void onlyWhatChangesNothingIsAskedAgainOnANewConnection() throws Exception {
    try (Relay relay = Relay.open(daemon.directory().resolve("r.sock"), daemon.socket());
        ContainerdClient relayed = ContainerdClient.builder().address(relay.socket()).build()) {
      assertThat(relayed.introspection().version()).isNotNull();
      assertThat(relay.connections()).isEqualTo(1);

      relay.breakTheConnection();
      assertThat(relayed.namespaces().list()).isEqualTo(client.namespaces().list());
      assertThat(relay.connections()).isEqualTo(2);

      relay.breakTheConnection();
      assertThat(relayed.content().list("labels.none==none")).isEmpty();
      assertThat(relay.connections()).isEqualTo(3);

      relay.breakTheConnection();
      assertThat(failureOf(() -> relayed.leases().create("once", Map.of())))
          .hasMessage(
              "Leases.Create once: containerd at %s went away: is it running?"
                  .formatted(relay.socket()));
      assertThat(relay.connections()).isEqualTo(3);
      assertThat(client.leases().list("id==once")).isEmpty();
      assertThat(relayed.leases().create("once", Map.of()).id()).isEqualTo("once");
      assertThat(relay.connections()).isEqualTo(4);
      assertThat(client.leases().delete("once")).isTrue();
    }
  }

  private String tagImage(String repository) {
    OciLayout layout = ecr.repository(repository);
    NoiseImage.tag(
        layout, "latest", List.of(NoiseImage.layer(layout, repository.hashCode(), 2 << 20)));
    return ecr.reference(repository, "latest");
  }
}
