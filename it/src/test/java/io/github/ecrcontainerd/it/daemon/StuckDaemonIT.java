package io.github.ecrcontainerd.it.daemon;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.container.NewContainer;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.task.Stdio;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon stopped by SIGSTOP: it still accepts calls, but answers none. */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StuckDaemonIT {
  private static final Duration DEADLINE = Duration.ofMillis(500);

  /** The longest duration of a call that has a deadline, on a busy machine. */
  private static final Duration SECONDS = Duration.ofSeconds(8);

  private static final AtomicInteger SEED = new AtomicInteger();

  private static final Descriptor TARGET =
      Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[] {'{', '}'});

  private final Containerd daemon;

  /** Each test has other bytes: a deleted blob exists until the garbage collector runs. */
  private final byte[] content = NoiseImage.noise(SEED.incrementAndGet(), 32 << 20);

  private final Digest digest = Digest.sha256(content);
  private ContainerdClient client;
  private @Nullable Suspension stuck;

  StuckDaemonIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeEach
  void connect() throws Exception {
    client = builder().build();
    assertThat(client.introspection().version()).isNotNull();
  }

  @AfterEach
  void goOn() {
    if (stuck != null) {
      stuck.close();
    }
    client.close();
  }

  private void stop() {
    stuck = Suspension.of(daemon.pid());
  }

  private ContainerdClient.Builder builder() {
    return ContainerdClient.builder().address(daemon.socket()).deadline(DEADLINE);
  }

  private void assertEndsAtTheDeadline(String call, ThrowingCallable code) {
    Instant before = Instant.now();
    ContainerdException failure = catchThrowableOfType(ContainerdException.class, code);
    assertThat(failure).as(call).isNotNull();
    assertThat(failure.code()).as(call).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure)
        .hasMessageStartingWith(call)
        .hasMessageEndingWith(
            ": containerd at %s doesn't answer in time: is it stuck or very busy?"
                .formatted(daemon.socket()));
    assertThat(Duration.between(before, Instant.now())).as(call).isBetween(DEADLINE, SECONDS);
  }

  @Test
  void everyCallThatIsAnsweredOnceEndsAtItsDeadline() {
    Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
    calls.put("Version.Version", () -> client.introspection().version());
    calls.put("Introspection.Server", () -> client.introspection().server());
    calls.put("Introspection.Plugins", () -> client.introspection().plugins());
    calls.put("Namespaces.List", () -> client.namespaces().list());
    calls.put("Namespaces.Create x", () -> client.namespaces().create("x", Map.of()));
    calls.put("Namespaces.Delete x", () -> client.namespaces().delete("x"));
    calls.put("Leases.Create x", () -> client.leases().create("x", Map.of()));
    calls.put("Leases.Delete x", () -> client.leases().delete("x"));
    calls.put("Leases.List", () -> client.leases().list());
    calls.put(
        "Leases.AddResource x",
        () -> client.leases().addResource("x", new LeaseResource("content", digest.toString())));
    calls.put("Leases.ListResources x", () -> client.leases().resources("x"));
    calls.put("Content.Info " + digest, () -> client.content().info(digest));
    calls.put(
        "Content.Update " + digest, () -> client.content().updateLabels(digest, Map.of("a", "b")));
    calls.put("Content.List", () -> client.content().list());
    calls.put("Content.Delete " + digest, () -> client.content().delete(digest));
    calls.put("Content.Read " + digest, () -> client.content().readAll(digest, 1));
    calls.put("Content.Status x", () -> client.content().status("x"));
    calls.put("Content.ListStatuses", () -> client.content().statuses());
    calls.put("Content.Write x", () -> client.content().ingest("x", digest, 1));
    calls.put("Content.Abort x", () -> client.content().abort("x"));
    calls.put("Images.Get x", () -> client.images().get("x"));
    calls.put("Images.List", () -> client.images().list());
    calls.put("Images.Create x", () -> client.images().create("x", TARGET, Map.of()));
    calls.put("Images.Update x", () -> client.images().update("x", TARGET, Map.of()));
    calls.put("Images.Delete x", () -> client.images().delete("x"));
    var snapshots = client.snapshots("overlayfs");
    calls.put("Snapshots.Prepare x", () -> snapshots.prepare("x", "", Map.of()));
    calls.put("Snapshots.View x", () -> snapshots.view("x", "", Map.of()));
    calls.put("Snapshots.Mounts x", () -> snapshots.mounts("x"));
    calls.put("Snapshots.Stat x", () -> snapshots.stat("x"));
    calls.put("Snapshots.List", snapshots::list);
    calls.put("Containers.Get x", () -> client.containers().get("x"));
    calls.put("Containers.List", () -> client.containers().list());
    calls.put("Containers.Create x", () -> client.containers().create(container()));
    calls.put("Containers.Delete x", () -> client.containers().delete("x"));
    calls.put("Tasks.Get x", () -> client.tasks().get("x"));
    calls.put("Tasks.List", () -> client.tasks().list());
    calls.put("Tasks.Kill x", () -> client.tasks().kill("x", 9));
    stop();
    calls.forEach(this::assertEndsAtTheDeadline);
  }

  private static NewContainer container() {
    return new NewContainer("x", "x", "overlayfs", "x", "{}", Map.of());
  }

  /** A call that may take long has too long a deadline for a test: an interrupt ends it. */
  @Test
  void everyCallThatMayTakeLongEndsWhenItsThreadIsInterrupted() throws Exception {
    Map<String, Interruptible> calls = new LinkedHashMap<>();
    calls.put("apply", () -> client.diff().apply(TARGET, List.of()));
    calls.put("commit", () -> client.snapshots("overlayfs").commit("x", "y", Map.of()));
    calls.put("remove", () -> client.snapshots("overlayfs").remove("x"));
    calls.put("usage", () -> client.snapshots("overlayfs").usage("x"));
    calls.put("collect", () -> client.leases().deleteAndCollect("x"));
    calls.put("create", () -> client.tasks().create("x", List.of(), Stdio.NONE));
    calls.put("start", () -> client.tasks().start("x"));
    calls.put("await", () -> client.tasks().await("x"));
    calls.put("delete", () -> client.tasks().delete("x"));
    calls.put("version", () -> client.introspection().version());
    calls.put("ingest", () -> client.content().ingest("x", digest, 1));
    calls.put("read", () -> client.content().readAll(digest, 1));
    stop();
    for (var call : calls.entrySet()) {
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                call.getValue().run();
                return true;
              });
      Thread thread = Thread.startVirtualThread(task);
      while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      assertThatThrownBy(() -> task.get(SECONDS.toSeconds(), TimeUnit.SECONDS))
          .as(call.getKey())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
    }
  }

  private interface Interruptible {
    void run() throws InterruptedException;
  }

  @Test
  void anIngestEndsWhenNoPieceIsTakenForTwiceTheDeadline() throws Exception {
    Optional<Ingest> opened = client.content().ingest("stuck", digest, content.length);
    try (Ingest ingest = opened.orElseThrow()) {
      ingest.write(ByteBuffer.wrap(content, 0, 1 << 20));
      stop();
      assertEndsAtTheDeadline(
          "Content.Write stuck",
          () -> ingest.write(ByteBuffer.wrap(content, 1 << 20, content.length - (1 << 20))));
    }
    requireNonNull(stuck).close();
    try (Ingest ingest = client.content().ingest("stuck", digest, content.length).orElseThrow()) {
      int offset = (int) ingest.offset();
      ingest.write(ByteBuffer.wrap(content, offset, content.length - offset));
      assertThat(ingest.commit(Map.of())).isEqualTo(Ingest.Outcome.COMMITTED);
    }
  }

  @Test
  void aReaderEndsWhenNothingComesForTwiceTheDeadline() throws Exception {
    try (Ingest ingest = client.content().ingest("read", digest, content.length).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(content));
      ingest.commit(Map.of());
    }
    try (BlobReader reader = client.content().read(digest, 0)) {
      assertThat(reader.read()).isNotNull();
      stop();
      assertEndsAtTheDeadline(
          "Content.Read " + digest,
          () -> {
            while (reader.read() != null) {
              // Data in flight still arrives.
            }
          });
    }
    requireNonNull(stuck).close();
  }

  @Test
  void whoConnectsMeanwhileWaitsNoLongerAndIsAnsweredAfterwards() throws Exception {
    stop();
    try (ContainerdClient late = builder().build()) {
      assertEndsAtTheDeadline("Version.Version", () -> late.introspection().version());
      requireNonNull(stuck).close();
      awaitAnswer(late);
    }
    awaitAnswer(client);
  }

  /** The daemon has many queued calls to handle first, and the deadline is short. */
  private static void awaitAnswer(ContainerdClient client) throws InterruptedException {
    while (true) {
      try {
        assertThat(client.introspection().version().version()).isNotEmpty();
        return;
      } catch (ContainerdException e) {
        assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      }
    }
  }

  @Test
  void aClientIsClosedInSecondsAlsoWhileAPieceIsOnItsWay() throws Exception {
    ContainerdClient patient = ContainerdClient.builder().address(daemon.socket()).build();
    Ingest ingest = patient.content().ingest("closed", digest, content.length).orElseThrow();
    stop();
    FutureTask<ContainerdException> writing =
        new FutureTask<>(
            () ->
                catchThrowableOfType(
                    ContainerdException.class, () -> ingest.write(ByteBuffer.wrap(content))));
    Thread thread = Thread.startVirtualThread(writing);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    Instant before = Instant.now();
    patient.close();
    assertThat(Duration.between(before, Instant.now())).isLessThan(SECONDS);
    assertThat(writing.get(SECONDS.toSeconds(), TimeUnit.SECONDS))
        .hasMessage("Content.Write closed: the client is closed");
  }
}
