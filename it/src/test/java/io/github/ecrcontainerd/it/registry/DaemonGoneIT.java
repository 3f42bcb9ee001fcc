package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.SocketTransport;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.Relay;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** An operation that waits for a silent registry ends soon after its daemon went away. */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonGoneIT {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 12 * MIB;

  /** Where the layer's bytes end. */
  private static final long REACHED = 5 * MIB;

  /** The longest time until the end is noticed. */
  private static final Duration NOTICED = Duration.ofSeconds(10);

  private final Containerd daemon;

  DaemonGoneIT(Containerd daemon) {
    this.daemon = daemon;
  }

  enum End {
    /** SIGTERM. */
    STOPPED,
    /** SIGKILL. */
    KILLED,
    /** The daemon runs, but what forwards its socket has ended. */
    CUT
  }

  @AfterEach
  void goOn() {
    if (!daemon.isRunning()) {
      daemon.start();
    }
  }

  @ParameterizedTest(name = "{0}, by {1}")
  @CsvSource({"STOPPED, JNR", "KILLED, FFM", "CUT, JDK"})
  void aPullWhoseLayerIsSilentEnds(End end, SocketTransport transport) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE);
        Way way = new Way(end)) {
      stallLayer(pull);
      FutureTask<Throwable> pulling = start(pull, way.client(transport, pull));
      awaitIngest(pull);

      way.end();

      assertGone(pulling, way);
      way.mend();
      assertTheNextPullGoesOn(pull);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KILLED", "CUT"})
  void aPullWhoseReferenceIsNotAnsweredEnds(End end) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE);
        Way way = new Way(end)) {
      CountDownLatch asked = stallApi(pull, Operation.BATCH_GET_IMAGE);
      FutureTask<Throwable> pulling = start(pull, way.client(SocketTransport.FFM, pull));
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      way.end();

      assertGone(pulling, way);
      way.mend();
      assertTheNextPullGoesOn(pull);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"STOPPED", "KILLED"})
  void aPushThatTheRegistryDoesNotAnswerEnds(End end) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE);
        LayerPull to = new LayerPull(daemon, MIB);
        Way way = new Way(end)) {
      pull.run(4);
      Descriptor root = pull.containerd().images().get(pull.reference()).orElseThrow().target();
      CountDownLatch asked = stallApi(to, Operation.UPLOAD_LAYER_PART);
      ContainerdClient client = way.client(SocketTransport.FFM, pull);
      FutureTask<Throwable> pushing =
          start(
              () -> {
                try (EcrResolver resolver = to.resolver().build()) {
                  client.push(to.reference(), root, resolver, PushOptions.defaults());
                }
              });
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      way.end();

      assertGone(pushing, way);
      way.mend();
      to.conditions().apiFaults(request -> ApiFault.none());
      try (EcrResolver resolver = to.resolver().build()) {
        // The same client goes on: its lease that it couldn't give back ends with this push.
        client.push(to.reference(), root, resolver, PushOptions.defaults());
        assertThat(resolver.resolve(to.reference()).target()).isEqualTo(root);
      }
      pull.assertNoLease();
    }
  }

  @Test
  void theCommandSaysSo(@TempDir Path directory) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      stallLayer(pull);
      Process command =
          EcrCommand.withCredentials()
              .start(
                  directory.resolve("out"),
                  directory.resolve("err"),
                  "pull",
                  pull.reference(),
                  "--no-unpack",
                  "--address=" + daemon.socket(),
                  "--namespace=" + pull.namespace(),
                  "--endpoint-url=" + pull.endpoint());
      try {
        awaitIngest(pull);
        daemon.kill();
        assertThat(command.waitFor(NOTICED.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
      } finally {
        command.destroyForcibly();
      }
      assertThat(command.exitValue()).isEqualTo(1);
      assertThat(Files.readString(directory.resolve("err")))
          .matches("(?s).*\\necr: " + named(daemon.socket()) + "\n");
      daemon.start();
      assertTheNextPullGoesOn(pull);
    }
  }

  /** No call was under way, so nothing is lost. */
  @Test
  void aPullOutlivesARestartBetweenTwoCalls() throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE);
        Way way = new Way(End.KILLED)) {
      ContainerdClient client = way.client(SocketTransport.FFM, pull);
      CountDownLatch asked = new CountDownLatch(1);
      CountDownLatch restarted = new CountDownLatch(1);
      pull.conditions().apiFaults(request -> answerAfter(asked, restarted));
      FutureTask<Throwable> pulling = start(pull, client);
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      daemon.kill();
      daemon.start();
      restarted.countDown();

      assertThat(pulling.get(60, TimeUnit.SECONDS)).isNull();
      pull.assertStored();
      pull.assertNoLease();
      pull.assertNoIngest();
    }
  }

  private static ApiFault answerAfter(CountDownLatch asked, CountDownLatch event) {
    asked.countDown();
    try {
      assertThat(event.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ApiFault.none();
  }

  private interface Work {
    void run() throws Exception;
  }

  private static FutureTask<Throwable> start(Work work) {
    FutureTask<Throwable> task = new FutureTask<>(() -> catchThrowable(work::run));
    Thread.startVirtualThread(task);
    return task;
  }

  private static FutureTask<Throwable> start(LayerPull pull, ContainerdClient client) {
    return start(
        () -> {
          try (EcrResolver resolver = pull.resolver().build()) {
            client.pull(pull.reference(), resolver, PullOptions.builder().unpack(false).build());
          }
        });
  }

  private static void assertGone(FutureTask<Throwable> operation, Way way) throws Exception {
    assertThat(operation.get(NOTICED.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOfSatisfying(
            ContainerdException.class, gone -> assertThat(gone.code()).isEqualTo(Code.UNAVAILABLE))
        .hasMessageMatching(named(way.socket()));
  }

  /** The messages of a call that was under way, and of one that was made afterwards. */
  private static String named(Path socket) {
    return "[A-Z][A-Za-z.]+( \\S+)?: (no containerd at %1$s|containerd at %1$s went away): is it running\\?"
        .formatted(Pattern.quote(socket.toString()));
  }

  /** It fetches only what the daemon lacks, and takes back what the one before it left. */
  private void assertTheNextPullGoesOn(LayerPull pull) throws Exception {
    long offset =
        pull.containerd().content().status(pull.ingest()).map(IngestStatus::offset).orElse(0L);
    pull.conditions().apiFaults(request -> ApiFault.none());
    pull.mend();

    pull.run(4);

    pull.assertStored();
    pull.assertNoIngest();
    Served served = pull.served();
    assertThat(served.firstByte()).isEqualTo(offset);
    served.assertNothingTwiceButTheRestOf(offset, Set.of());
    assertThat(offset).isLessThanOrEqualTo(REACHED);
    assertThat(daemon.ctr("-n", pull.namespace(), "leases", "ls", "-q")).isBlank();
    StoredContent.checkBytes(daemon);
  }

  private static void stallLayer(LayerPull pull) {
    pull.faults(
        request ->
            request.range().end() <= REACHED
                ? LayerFault.none()
                : LayerFault.stallAfter(Math.max(0, REACHED - request.range().first())));
  }

  private static CountDownLatch stallApi(LayerPull pull, Operation operation) {
    CountDownLatch asked = new CountDownLatch(1);
    pull.conditions()
        .apiFaults(
            request -> {
              if (request.operation() != operation) {
                return ApiFault.none();
              }
              asked.countDown();
              return ApiFault.stallAfter(0);
            });
    return asked;
  }

  /** The daemon tells nobody how far an ingest is, so it has to be asked. */
  private static void awaitIngest(LayerPull pull) throws InterruptedException {
    while (pull.containerd().content().status(pull.ingest()).map(IngestStatus::offset).orElse(0L)
        < MIB) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** A client's way to the daemon, which ends in one way. */
  private final class Way implements AutoCloseable {
    private final End how;
    private final @Nullable Relay relay;
    private @Nullable ContainerdClient client;

    Way(End how) throws Exception {
      this.how = how;
      this.relay =
          how == End.CUT
              ? Relay.open(daemon.directory().resolve("gone.sock"), daemon.socket())
              : null;
    }

    Path socket() {
      return relay == null ? daemon.socket() : relay.socket();
    }

    ContainerdClient client(SocketTransport transport, LayerPull pull) throws InterruptedException {
      ContainerdClient made =
          ContainerdClient.builder()
              .address(socket())
              .namespace(pull.namespace())
              .transport(transport)
              .build();
      // The connection is made in the background. An end is an end only after its begin.
      assertThat(made.introspection().version()).isNotNull();
      client = made;
      return made;
    }

    void end() throws Exception {
      switch (how) {
        case STOPPED -> daemon.stop();
        case KILLED -> daemon.kill();
        case CUT -> {
          if (relay != null) {
            relay.close();
          }
        }
      }
    }

    void mend() {
      if (how != End.CUT) {
        daemon.start();
      }
    }

    @Override
    public void close() {
      if (client != null) {
        client.close();
      }
    }
  }
}
