package io.github.ecrcontainerd.it.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pushes whose calls go wrong, each into an ECR of its own: layers of three parts, of which the
 * last is short.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class PushFaultsIT {
  private static final int PART = 5 << 20;
  private static final int LAYER = 2 * PART + (1 << 20);
  private static final int PARTS = 3;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private List<Descriptor> layer = List.of();
  private List<Descriptor> eightLayers = List.of();

  PushFaultsIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  /** What may go wrong with one call of UploadLayerPart; part is its number in its layer. */
  enum Fault {
    THROTTLED,
    SERVER_ERROR,
    RESET_AT_THE_FIRST_BYTE,
    RESET_IN_THE_MIDDLE,
    RESET_AT_THE_LAST_BYTE,
    ANSWER_LOST,
    CUT_AT_THE_FIRST_BYTE,
    CUT_IN_THE_MIDDLE,
    CUT_AT_THE_LAST_BYTE,
    UPLOAD_LOST;

    ApiFault in(int part) {
      long first = (long) part * PART;
      long length = Math.min(PART, LAYER - first);
      return switch (this) {
        case THROTTLED -> ApiFault.throttled();
        case SERVER_ERROR -> ApiFault.serverError();
        case RESET_AT_THE_FIRST_BYTE -> ApiFault.resetAfter(0);
        case RESET_IN_THE_MIDDLE -> ApiFault.resetAfter(length / 2);
        case RESET_AT_THE_LAST_BYTE -> ApiFault.resetAfter(Long.MAX_VALUE);
        case ANSWER_LOST -> ApiFault.answerLost();
        case CUT_AT_THE_FIRST_BYTE -> ApiFault.partCutShort(first - 1);
        case CUT_IN_THE_MIDDLE -> ApiFault.partCutShort(first + length / 2);
        case CUT_AT_THE_LAST_BYTE -> ApiFault.partCutShort(first + length - 2);
        case UPLOAD_LOST -> ApiFault.uploadLost();
      };
    }

    /** How many calls a layer takes with this fault in one of its parts. */
    int callsWith(int part) {
      return switch (this) {
        case UPLOAD_LOST -> part + 1 + PARTS;
        // What is left of the last part fits behind it, or is a part of its own.
        case CUT_IN_THE_MIDDLE, CUT_AT_THE_LAST_BYTE ->
            part + 1 + Math.ceilDiv(LAYER - keptWith(part), PART);
        default -> PARTS + 1;
      };
    }

    private int keptWith(int part) {
      return in(part) instanceof ApiFault.PartCutShort(long last) ? (int) last + 1 : 0;
    }
  }

  static Stream<Arguments> faultsInEachPart() {
    return Stream.of(Fault.values())
        .flatMap(
            fault -> IntStream.range(0, PARTS).mapToObj(part -> Arguments.arguments(fault, part)));
  }

  /** Brings two images into containerd: one of one layer, and one of eight. */
  @BeforeAll
  void bringImages() throws InterruptedException {
    layer = image("one", 1);
    eightLayers = image("eight", 8);
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient containerd = client()) {
      for (String name : List.of("one", "eight")) {
        containerd.pull(
            ecr.reference(name, "latest"), resolver, PullOptions.builder().unpack(false).build());
      }
    }
  }

  private List<Descriptor> image(String name, int count) {
    OciLayout layout = ecr.repository(name);
    List<Descriptor> blobs = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      byte[] noise = new byte[LAYER];
      new Random(number).nextBytes(noise);
      blobs.add(layout.blob(MediaTypes.OCI_LAYER, noise));
    }
    layout.tag("latest", layout.manifest(Format.OCI, config(layout), blobs, Map.of()));
    return List.copyOf(blobs);
  }

  private static Descriptor config(OciLayout layout) {
    return layout.blob(
        "application/vnd.example.config.v1+json", "{\"of\":\"a test\"}".getBytes(UTF_8));
  }

  @AfterAll
  void leavesNoLease() {
    assertThat(daemon.heldLeases()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("faultsInEachPart")
  @Execution(ExecutionMode.CONCURRENT)
  void sendsAPartOfOneLayerAgain(Fault fault, int part) throws Exception {
    try (Push push = new Push("one")) {
      push.failCall(Operation.UPLOAD_LAYER_PART, part + 1, fault.in(part));

      push.run();

      push.assertArrived(layer);
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(fault.callsWith(part));
      assertThat(push.calls(Operation.INITIATE_LAYER_UPLOAD))
          .isEqualTo(fault == Fault.UPLOAD_LOST ? 2 : 1);
    }
  }

  static Stream<Arguments> faultsInTheFirstAMiddleAndTheLastCall() {
    return Stream.of(Fault.values())
        .flatMap(
            fault -> IntStream.of(1, 12, 24).mapToObj(call -> Arguments.arguments(fault, call)));
  }

  /** Which layer the call is of, and which part of it, is a matter of chance. */
  @ParameterizedTest
  @MethodSource("faultsInTheFirstAMiddleAndTheLastCall")
  void sendsAPartOfEightLayersAgain(Fault fault, int call) throws Exception {
    try (Push push = new Push("eight")) {
      push.failCall(Operation.UPLOAD_LAYER_PART, call, fault.in(0));

      push.run();

      push.assertArrived(eightLayers);
      // What is left of a part may fit behind it; a layer whose upload is lost goes once more.
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isBetween(8L * PARTS, 8L * PARTS + PARTS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Execution(ExecutionMode.CONCURRENT)
  void sendsAPartThatStallsAgain(int part) throws Exception {
    try (Push push = new Push("one")) {
      push.failCall(
          Operation.UPLOAD_LAYER_PART, part + 1, ApiFault.stallAfter(part == 1 ? 0 : 1 << 20));

      push.run();

      push.assertArrived(layer);
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(PARTS + 1);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void readsTheNextPartWhileOneStalls() throws Exception {
    try (Push push = new Push("one")) {
      push.failCall(Operation.UPLOAD_LAYER_PART, 1, ApiFault.stallAfter(1 << 20));
      AtomicLong read = new AtomicLong();
      AtomicLong callsThen = new AtomicLong(Long.MAX_VALUE);
      PushListener listener =
          new PushListener() {
            @Override
            public void transferred(Descriptor content, long bytes) {
              if (read.addAndGet(bytes) >= 2 * PART - (1 << 20)) {
                callsThen.accumulateAndGet(push.calls(Operation.UPLOAD_LAYER_PART), Math::min);
              }
            }
          };

      push.run(listener);

      push.assertArrived(layer);
      assertThat(callsThen.get()).isLessThanOrEqualTo(1);
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(PARTS + 1);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void knowsThatALayerIsThereWhenOnlyTheAnswerOfItsCompletionWasLost() throws Exception {
    try (Push push = new Push("one")) {
      push.failCall(Operation.COMPLETE_LAYER_UPLOAD, 1, ApiFault.answerLost());

      push.run();

      push.assertArrived(layer);
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(PARTS);
      assertThat(push.calls(Operation.BATCH_CHECK_LAYER_AVAILABILITY)).isEqualTo(2);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void beginsALayerAgainWhenItsUploadIsLostBeforeItsCompletion() throws Exception {
    try (Push push = new Push("one")) {
      push.failCall(Operation.COMPLETE_LAYER_UPLOAD, 1, ApiFault.uploadLost());

      push.run();

      push.assertArrived(layer);
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(2 * PARTS);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void beginsALayerAgainWhenTheRegistryLosesWhatItHadTaken() throws Exception {
    try (Push push = new Push("one")) {
      push.failCall(Operation.UPLOAD_LAYER_PART, 3, ApiFault.partCutShort(PART / 2));

      push.run();

      push.assertArrived(layer);
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(2 * PARTS);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void givesUpALayerThatIsLostTwice() throws Exception {
    try (Push push = new Push("one")) {
      push.failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.uploadLost());

      ResolverException failure = catchThrowableOfType(ResolverException.class, push::run);

      assertThat(failure.code()).isEqualTo(Code.UPLOAD_LOST);
      assertThat(failure)
          .hasMessageMatching("Upload of sha256:\\w+ to .* failed: the registry lost the upload.*");
      assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(2);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void givesUpARegistryThatIsOutOfOrder() throws Exception {
    try (Push push = new Push("one")) {
      push.failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.serverError());

      assertGivesUp(push, Code.UNAVAILABLE, "ServerException: This error was asked for");
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void givesUpARegistryThatThrottles() throws Exception {
    try (Push push = new Push("one")) {
      push.failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.throttled());

      assertGivesUp(push, Code.THROTTLED, "ThrottlingException: Rate exceeded");
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void givesUpARegistryThatTakesNoByte() throws Exception {
    try (Push push = new Push("one")) {
      push.failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.partCutShort(-1));

      assertGivesUp(push, Code.REJECTED, "InvalidLayerPartException");
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void givesUpARegistryThatStalls() throws Exception {
    try (Push push = new Push("one")) {
      push.failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.stallAfter(1 << 20));

      assertGivesUp(push, Code.UNAVAILABLE, "no byte moved for 10 s");
    }
  }

  private static void assertGivesUp(Push push, Code code, String reason) {
    long began = System.nanoTime();

    ResolverException failure = catchThrowableOfType(ResolverException.class, push::run);

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure)
        .hasMessageStartingWith("UploadLayerPart of sha256:")
        .hasMessageContaining(reason);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(50));
    assertThat(push.calls(Operation.UPLOAD_LAYER_PART)).isGreaterThanOrEqualTo(3);
    assertThat(push.calls(Operation.PUT_IMAGE)).isZero();
  }

  private ContainerdClient client() {
    return ContainerdClient.builder().address(daemon.socket()).build();
  }

  /**
   * A push of an image that the daemon has into an ECR of its own, which has the image's
   * configuration already.
   */
  private final class Push implements AutoCloseable {
    private static final String REPOSITORY = "copy";

    private final String image;
    private final LocalEcr destination = LocalEcr.open();
    private final OciLayout copy = destination.repository(REPOSITORY);

    private Push(String image) {
      this.image = image;
      destination.server().conditions().partSize(PART);
      config(copy);
    }

    /** Lets a call of an operation go wrong, counted from now on. */
    private void failCall(Operation operation, int number, ApiFault fault) {
      AtomicInteger call = new AtomicInteger();
      destination
          .server()
          .conditions()
          .apiFaults(
              request ->
                  request.operation() == operation && call.incrementAndGet() == number
                      ? fault
                      : ApiFault.none());
    }

    private void failAlways(Operation operation, ApiFault fault) {
      destination
          .server()
          .conditions()
          .apiFaults(request -> request.operation() == operation ? fault : ApiFault.none());
    }

    private void run() throws InterruptedException {
      run(new PushListener() {});
    }

    private void run(PushListener listener) throws InterruptedException {
      String reference = destination.reference(REPOSITORY, "latest");
      try (EcrResolver resolver = destination.resolver().build();
          ContainerdClient containerd = client()) {
        Descriptor root =
            containerd.images().get(ecr.reference(image, "latest")).orElseThrow().target();
        containerd.push(
            reference, root, resolver, PushOptions.builder().listener(listener).build());
        assertThat(resolver.resolve(reference).target().digest()).isEqualTo(root.digest());
      }
    }

    private void assertArrived(List<Descriptor> expected) throws IOException {
      for (Descriptor blob : expected) {
        assertThat(Digest.sha256(Files.readAllBytes(copy.file(blob.digest()))))
            .isEqualTo(blob.digest());
      }
    }

    private long calls(Operation operation) {
      return destination.server().counters().requests(operation);
    }

    @Override
    public void close() {
      destination.close();
    }
  }
}
