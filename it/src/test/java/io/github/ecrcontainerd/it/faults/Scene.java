package io.github.ecrcontainerd.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.Relay;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.Served;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Signal;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One cell of the table, with an ECR, a namespace and an image of its own. */
final class Scene implements AutoCloseable {
  private static final String SNAPSHOTTER = "overlayfs";
  private static final String FROM = "from";
  private static final String TO = "to";

  /** The smallest that ECR accepts, but for a layer's last one. */
  private static final int PART = 5 << 20;

  private static final int SIGKILL = 128 + 9;

  /** The longest time for the moment to come: a JVM starts on a busy machine. */
  private static final Duration UNTIL_THE_MOMENT = Duration.ofSeconds(60);

  /** The longest time after it, until the command has ended. */
  private static final Duration AFTER_IT = Duration.ofSeconds(60);

  private final Containerd daemon;
  private final Cell cell;
  private final Path output;
  private final Path temporary;
  private final LocalEcr ecr = LocalEcr.open();
  private final Instant begin = Instant.now().minusSeconds(1);
  private final String name = "c" + UUID.randomUUID().toString().substring(0, 8);
  private final String namespace;
  private final OciImage image;
  private final Trap trap;
  private Duration took = Duration.ZERO;

  Scene(Containerd daemon, Cell cell, Path directory) throws IOException {
    this.daemon = daemon;
    this.cell = cell;
    this.output = Files.createDirectory(directory.resolve("output"));
    this.temporary = Files.createDirectory(directory.resolve("tmp"));
    this.image = LayeredImage.write(ecr.repository(FROM), new Random().nextLong());
    if (cell.moment() == Moment.PUSH) {
      namespace = "default";
      ecr.existing(FROM).importInto(daemon, name);
    } else {
      namespace = name;
    }
    if (cell.moment() == Moment.PUSH || cell.moment() == Moment.COPY) {
      var _ = ecr.repository(TO);
      ecr.server().conditions().partSize(PART);
    }
    this.trap = Trap.set(cell, image.layers(), ecr.server().conditions(), ecr.server().counters());
  }

  /** How long the command ran after the incident. */
  Duration took() {
    return took;
  }

  /** Runs the command, lets the incident happen at its moment, and waits for the end. */
  Outcome play() throws Exception {
    Path err = output.resolve("err");
    Path socket = daemon.directory().resolve(name + ".sock");
    try (Relay relay = Relay.open(socket, daemon.socket())) {
      boolean relayed = cell.incident() == Incident.CONNECTION_BROKEN;
      Process process =
          EcrCommand.withCredentials()
              .heedingSignals()
              .temporary(temporary)
              .start(output.resolve("out"), err, command(relayed ? socket : daemon.socket()));
      try {
        awaitMoment(process, err);
        long happened = System.nanoTime();
        bringAbout(process, relay);
        trap.goOn();
        assertThat(process.waitFor(AFTER_IT.toSeconds(), TimeUnit.SECONDS))
            .as("%s: ended in time: %s", cell, Files.readString(err))
            .isTrue();
        took = Duration.ofNanos(System.nanoTime() - happened);
      } finally {
        trap.goOn();
        process.destroyForcibly();
      }
      return outcome(process.waitFor(), Files.readString(err));
    }
  }

  private String[] command(Path socket) {
    List<String> command = new ArrayList<>();
    switch (cell.moment()) {
      case PUSH -> command.addAll(List.of("push", ecr.reference(TO, "latest"), name + ":latest"));
      case COPY ->
          command.addAll(
              List.of("copy", ecr.reference(FROM, "latest"), ecr.reference(TO, "latest")));
      case UNPACKING ->
          command.addAll(List.of("pull", "--unpack=direct", ecr.reference(FROM, "latest")));
      case UNPACKING_BY_THE_DAEMON ->
          command.addAll(List.of("pull", "--unpack=daemon", ecr.reference(FROM, "latest")));
      default -> command.addAll(List.of("pull", ecr.reference(FROM, "latest")));
    }
    command.add("--parallelism=" + cell.parallelism());
    command.add("--address=" + socket);
    command.add("--namespace=" + namespace);
    command.add("--endpoint-url=" + ecr.server().endpoint());
    return command.toArray(String[]::new);
  }

  private void awaitMoment(Process process, Path err) throws Exception {
    switch (cell.moment()) {
      case BETWEEN_LAYERS, UNPACKING_BY_THE_DAEMON -> askForTheMoment(process);
      default ->
          CompletableFuture.anyOf(trap.reached(), process.onExit())
              .get(UNTIL_THE_MOMENT.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(process.isAlive())
        .as("%s: ended before its moment: %s", cell, Files.readString(err))
        .isTrue();
  }

  /** Nobody tells when a daemon unpacks or a layer is complete, so they are asked. */
  private void askForTheMoment(Process process) throws InterruptedException {
    long end = System.nanoTime() + UNTIL_THE_MOMENT.toNanos();
    try (ContainerdClient client = client()) {
      while (process.isAlive() && !isNow(client)) {
        assertThat(System.nanoTime()).as("%s: its moment came", cell).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(2);
      }
    }
  }

  private boolean isNow(ContainerdClient client) throws InterruptedException {
    return cell.moment() == Moment.BETWEEN_LAYERS
        ? trap.oneLayerIsServed()
        : client.snapshots(SNAPSHOTTER).list().stream()
            .anyMatch(snapshot -> snapshot.name().contains("extract-"));
  }

  private void bringAbout(Process process, Relay relay) throws InterruptedException {
    switch (cell.incident()) {
      case ANSWER_RESET, ANSWER_CLOSED, ANSWER_STALLS, ANSWER_DAMAGED, SERVER_ERROR -> {
        // The trap has done it.
      }
      case CONNECTION_BROKEN -> relay.breakTheConnection();
      case DAEMON_KILLED -> {
        daemon.kill();
        daemon.start();
      }
      case DAEMON_TERMINATED -> {
        daemon.stop();
        daemon.start();
      }
      case DAEMON_SUSPENDED -> suspend(daemon.pid());
      case CLIENT_KILLED -> process.destroyForcibly();
      case CLIENT_TERM -> Signal.SIGTERM.send(process.pid());
      case CLIENT_INT -> Signal.SIGINT.send(process.pid());
      case CLIENT_HUP -> Signal.SIGHUP.send(process.pid());
      case CLIENT_SUSPENDED -> suspend(process.pid());
      case LEASES_REMOVED ->
          daemon
              .heldLeases("-n", namespace)
              .forEach(lease -> daemon.ctr("-n", namespace, "leases", "rm", "--sync", lease));
      case CONTENT_REMOVED ->
          daemon
              .ctr("-n", namespace, "content", "ls", "-q")
              .lines()
              .forEach(digest -> daemon.ctr("-n", namespace, "content", "rm", digest));
    }
  }

  /** The time is the incident. */
  private static void suspend(long pid) throws InterruptedException {
    Signal.SIGSTOP.send(pid);
    try {
      TimeUnit.SECONDS.sleep(2);
    } finally {
      Signal.SIGCONT.send(pid);
    }
  }

  private Outcome outcome(int status, String err) {
    if (status == 0) {
      return Outcome.SUCCESS;
    }
    if (cell.incident().takesTheDaemonAway()) {
      assertThat(status).as("%s: %s", cell, err).isEqualTo(1);
      assertThat(err)
          .as("%s", cell)
          .matches("(?s)(.*\n)?ecr: [^\n]*(went away|no containerd at [^\n]*): is it running\\?\n");
      return Outcome.ERROR;
    }
    if (cell.incident().takesSomethingAway()) {
      assertThat(status).as("%s: %s", cell, err).isEqualTo(1);
      assertThat(err)
          .as("%s", cell)
          .matches("(?s)(.*\n)?ecr: [^\n]+\n")
          .doesNotContain("Exception");
      return Outcome.ERROR;
    }
    assertThat(cell.incident().endsTheClient()).as("%s: status %d: %s", cell, status, err).isTrue();
    if (cell.incident() == Incident.CLIENT_KILLED) {
      assertThat(status).isEqualTo(SIGKILL);
    } else {
      assertThat(status).isEqualTo(signal().exitStatus());
      assertThat(err).as("%s", cell).endsWith("ecr: interrupted\n");
    }
    return Outcome.SIGNAL;
  }

  private Signal signal() {
    return switch (cell.incident()) {
      case CLIENT_TERM -> Signal.SIGTERM;
      case CLIENT_INT -> Signal.SIGINT;
      case CLIENT_HUP -> Signal.SIGHUP;
      default -> throw new IllegalStateException(cell.toString());
    };
  }

  /** Checks what is there, repeats the command, and checks that it did what was left to be done. */
  void assertNothingIsLost(Outcome outcome) throws Exception {
    StoredContent.checkFiles(daemon);
    if (outcome == Outcome.SUCCESS) {
      assertTheImageIsComplete();
    }
    if (outcome != Outcome.SIGNAL || cell.incident() != Incident.CLIENT_KILLED) {
      assertNoTemporaryFile();
    }
    if (outcome != Outcome.ERROR && cell.incident() != Incident.CLIENT_KILLED) {
      // A lease that couldn't be deleted because the daemon was gone is deleted by the next run.
      assertThat(daemon.heldLeases("-n", namespace)).as("%s", cell).isEmpty();
    }
    ecr.server().counters().awaitIdle(Duration.ofSeconds(10));
    if (cell.incident().takesSomethingAway()) {
      // Layers that were stored after their root was taken away have nothing that keeps them: the
      // daemon collects them at some time after the failure.
      daemon.collectGarbage(namespace);
    }
    Map<Digest, Long> offsets = offsets();
    int partsMissing = partsMissing();
    ecr.server().counters().reset();

    EcrCommand.Ended next =
        EcrCommand.withCredentials().temporary(temporary).run(command(daemon.socket()));

    assertThat(next.status()).as("%s, the next: %s", cell, next.err()).isZero();
    assertOnlyTheMissingWasServed(offsets);
    assertThat(ecr.server().counters().requests(Operation.UPLOAD_LAYER_PART))
        .as("%s: parts uploaded", cell)
        .isLessThanOrEqualTo(partsMissing);
    assertThat(daemon.ctr("-n", namespace, "leases", "ls", "-q")).as("%s", cell).isBlank();
    assertThat(daemon.ctr("-n", namespace, "content", "active").lines().skip(1)).isEmpty();
    StoredContent.checkFiles(daemon);
    assertNoTemporaryFile();
    assertTheImageIsRight();
    removeTheImage();
  }

  private void assertNoTemporaryFile() throws IOException {
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).as("%s: temporary files", cell).isEmpty();
    }
  }

  /** How much of each layer the daemon has. */
  private Map<Digest, Long> offsets() throws InterruptedException {
    Map<Digest, Long> offsets = new HashMap<>();
    try (ContainerdClient client = client()) {
      for (Descriptor layer : image.layers()) {
        offsets.put(layer.digest(), offset(client, layer));
      }
    }
    return offsets;
  }

  private static long offset(ContainerdClient client, Descriptor layer)
      throws InterruptedException {
    if (client.content().info(layer.digest()).isPresent()) {
      return layer.size();
    }
    String ref = "layer-" + layer.digest();
    if (client.content().status(ref).isEmpty()) {
      return 0;
    }
    // Until the daemon has noticed the end of its writer, the ingest is locked, and may grow.
    Optional<Ingest> opened = client.content().ingest(ref, layer.digest(), layer.size());
    if (opened.isEmpty()) {
      return layer.size();
    }
    try (Ingest ingest = opened.get()) {
      return ingest.offset();
    }
  }

  /** How many parts the layers have that are not in the destination. */
  private int partsMissing() {
    Path blobs = ecr.repositoryPath(TO).resolve("blobs/sha256");
    return image.layers().stream()
            .filter(layer -> Files.notExists(blobs.resolve(layer.digest().hex())))
            .mapToInt(layer -> Math.toIntExact((layer.size() + PART - 1) / PART))
            .sum()
        // The configuration.
        + 1;
  }

  private void assertOnlyTheMissingWasServed(Map<Digest, Long> offsets) throws Exception {
    ecr.server().counters().awaitIdle(Duration.ofSeconds(10));
    for (Descriptor layer : image.layers()) {
      List<LayerTransfer> transfers =
          ecr.server().counters().layerTransfers().stream()
              .filter(transfer -> transfer.digest().equals(layer.digest()))
              .toList();
      if (!transfers.isEmpty()) {
        new Served(layer.size(), transfers, trap.askedAt())
            .assertNothingTwiceButTheRestOf(offsets.getOrDefault(layer.digest(), 0L), Set.of());
      }
    }
  }

  private void assertTheImageIsRight() {
    switch (cell.moment()) {
      case PUSH, COPY -> {
        // Imported by the daemon's own tool, which reads every blob of the destination.
        String copy = name + "-copy";
        ecr.existing(TO).importInto(daemon, copy);
        assertThat(daemon.ctr("images", "ls", "name==" + copy + ":latest"))
            .as("%s", cell)
            .contains(image.manifest().digest().toString());
        daemon.ctr("images", "rm", "--sync", copy + ":latest");
      }
      default -> {
        assertTheImageIsComplete();
        ecr.existing(FROM).importInto(daemon, name);
        Tree theirs = tree("default");
        Tree ours = tree(namespace);
        assertThat(ours.differences(theirs)).as("%s", cell).isEmpty();
        daemon.ctr("images", "rm", "--sync", name + ":latest");
      }
    }
  }

  /** What was said to be done is there, and unpacked where it was to be. */
  private void assertTheImageIsComplete() {
    if (cell.moment() != Moment.PUSH && cell.moment() != Moment.COPY) {
      assertThat(daemon.ctr("-n", namespace, "images", "check"))
          .as("%s", cell)
          .contains("complete (4/4)", "true");
    }
  }

  private Tree tree(String namespace) {
    return Tree.ofSnapshot(daemon, namespace, SNAPSHOTTER, image.chainId())
        .withoutTimesAfter(begin);
  }

  /** With the image all is gone: nothing else has kept content or a snapshot. */
  private void removeTheImage() {
    for (String image : daemon.ctr("-n", namespace, "images", "ls", "-q").lines().toList()) {
      daemon.ctr("-n", namespace, "images", "rm", "--sync", image);
    }
    daemon.collectGarbage(namespace);
    assertThat(daemon.ctr("-n", namespace, "snapshots", "ls").lines().skip(1)).isEmpty();
    assertThat(daemon.ctr("-n", namespace, "content", "ls", "-q")).isBlank();
    if (!namespace.equals("default")) {
      daemon.ctr("namespaces", "rm", namespace);
    }
  }

  private ContainerdClient client() {
    return ContainerdClient.builder().address(daemon.socket()).namespace(namespace).build();
  }

  @Override
  public void close() {
    ecr.close();
  }
}
