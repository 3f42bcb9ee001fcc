package io.github.ecrcontainerd.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pushes whose calls go wrong: layers of three parts, of which the last is short. */
@ExtendWith({PrivateContainerd.class, PrivateEcr.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class PushFaultsIT {
  private static final int PART = 5 << 20;
  private static final int LAYER = 2 * PART + (1 << 20);
  private static final int PARTS = 3;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final AtomicInteger pushes = new AtomicInteger();
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
    ecr.server().conditions().partSize(PART);
    layer = image("one", 1);
    eightLayers = image("eight", 8);
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient containerd = client()) {
      for (String name : List.of("one", "eight")) {
        containerd.pull(
            ecr.reference(name, "latest"),
            PullOptions.builder().resolver(resolver).unpack(false).build());
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

  @AfterEach
  void leavesNoLease() {
    ecr.server().conditions().apiFaults(request -> ApiFault.none());
    assertThat(daemon.ctr("leases", "ls", "-q")).isBlank();
  }

  @ParameterizedTest
  @MethodSource("faultsInEachPart")
  void sendsAPartOfOneLayerAgain(Fault fault, int part) throws Exception {
    failCall(Operation.UPLOAD_LAYER_PART, part + 1, fault.in(part));

    OciLayout copy = push("one");

    assertArrived(copy, layer);
    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(fault.callsWith(part));
    assertThat(calls(Operation.INITIATE_LAYER_UPLOAD))
        .isEqualTo(fault == Fault.UPLOAD_LOST ? 2 : 1);
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
    failCall(Operation.UPLOAD_LAYER_PART, call, fault.in(0));

    assertArrived(push("eight"), eightLayers);

    // What is left of a part may fit behind it; a layer whose upload is lost goes once more.
    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isBetween(8L * PARTS, 8L * PARTS + PARTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void sendsAPartThatStallsAgain(int part) throws Exception {
    failCall(Operation.UPLOAD_LAYER_PART, part + 1, ApiFault.stallAfter(part == 1 ? 0 : 1 << 20));

    assertArrived(push("one"), layer);

    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(PARTS + 1);
  }

  @Test
  void readsTheNextPartWhileOneStalls() throws Exception {
    failCall(Operation.UPLOAD_LAYER_PART, 1, ApiFault.stallAfter(1 << 20));
    AtomicLong read = new AtomicLong();
    AtomicLong callsThen = new AtomicLong(Long.MAX_VALUE);
    PushListener listener =
        new PushListener() {
          @Override
          public void transferred(Descriptor content, long bytes) {
            if (read.addAndGet(bytes) >= 2 * PART - (1 << 20)) {
              callsThen.accumulateAndGet(calls(Operation.UPLOAD_LAYER_PART), Math::min);
            }
          }
        };

    assertArrived(push("one", listener), layer);

    assertThat(callsThen.get()).isLessThanOrEqualTo(1);
    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(PARTS + 1);
  }

  @Test
  void knowsThatALayerIsThereWhenOnlyTheAnswerOfItsCompletionWasLost() throws Exception {
    failCall(Operation.COMPLETE_LAYER_UPLOAD, 1, ApiFault.answerLost());

    assertArrived(push("one"), layer);

    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(PARTS);
    assertThat(calls(Operation.BATCH_CHECK_LAYER_AVAILABILITY)).isEqualTo(2);
  }

  @Test
  void beginsALayerAgainWhenItsUploadIsLostBeforeItsCompletion() throws Exception {
    failCall(Operation.COMPLETE_LAYER_UPLOAD, 1, ApiFault.uploadLost());

    assertArrived(push("one"), layer);

    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(2 * PARTS);
  }

  @Test
  void beginsALayerAgainWhenTheRegistryLosesWhatItHadTaken() throws Exception {
    failCall(Operation.UPLOAD_LAYER_PART, 3, ApiFault.partCutShort(PART / 2));

    assertArrived(push("one"), layer);

    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(2 * PARTS);
  }

  @Test
  void givesUpALayerThatIsLostTwice() {
    failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.uploadLost());

    ResolverException failure = catchThrowableOfType(ResolverException.class, () -> push("one"));

    assertThat(failure.code()).isEqualTo(Code.UPLOAD_LOST);
    assertThat(failure)
        .hasMessageMatching("Upload of sha256:\\w+ to .* failed: the registry lost what it had .*");
    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isEqualTo(2);
  }

  @Test
  void givesUpARegistryThatIsOutOfOrder() {
    failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.serverError());

    assertGivesUp(Code.UNAVAILABLE, "ServerException: This error was asked for");
  }

  @Test
  void givesUpARegistryThatThrottles() {
    failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.throttled());

    assertGivesUp(Code.THROTTLED, "ThrottlingException: Rate exceeded");
  }

  @Test
  void givesUpARegistryThatTakesNoByte() {
    failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.partCutShort(-1));

    assertGivesUp(Code.REJECTED, "InvalidLayerPartException");
  }

  @Test
  void givesUpARegistryThatStalls() {
    failAlways(Operation.UPLOAD_LAYER_PART, ApiFault.stallAfter(1 << 20));

    assertGivesUp(Code.UNAVAILABLE, "no byte moved for 15 s");
  }

  private void assertGivesUp(Code code, String reason) {
    long began = System.nanoTime();

    ResolverException failure = catchThrowableOfType(ResolverException.class, () -> push("one"));

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure)
        .hasMessageStartingWith("UploadLayerPart of sha256:")
        .hasMessageContaining(reason);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(75));
    assertThat(calls(Operation.UPLOAD_LAYER_PART)).isGreaterThanOrEqualTo(3);
    assertThat(calls(Operation.PUT_IMAGE)).isZero();
  }

  /** Lets a call of an operation go wrong, counted from now on. */
  private void failCall(Operation operation, int number, ApiFault fault) {
    AtomicInteger call = new AtomicInteger();
    ecr.server()
        .conditions()
        .apiFaults(
            request ->
                request.operation() == operation && call.incrementAndGet() == number
                    ? fault
                    : ApiFault.none());
  }

  private void failAlways(Operation operation, ApiFault fault) {
    ecr.server()
        .conditions()
        .apiFaults(request -> request.operation() == operation ? fault : ApiFault.none());
  }

  /** Pushes an image into a repository of its own, which has the image's configuration already. */
  private OciLayout push(String image) throws InterruptedException {
    return push(image, new PushListener() {});
  }

  private OciLayout push(String image, PushListener listener) throws InterruptedException {
    String name = "copy-" + pushes.incrementAndGet();
    OciLayout copy = ecr.repository(name);
    config(copy);
    ecr.server().counters().reset();
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient containerd = client()) {
      Descriptor root =
          containerd.images().get(ecr.reference(image, "latest")).orElseThrow().target();
      containerd.push(
          ecr.reference(name, "latest"),
          root,
          PushOptions.builder().resolver(resolver).listener(listener).build());
      assertThat(resolver.resolve(ecr.reference(name, "latest")).target().digest())
          .isEqualTo(root.digest());
    }
    return copy;
  }

  private static void assertArrived(OciLayout copy, List<Descriptor> expected) throws IOException {
    for (Descriptor blob : expected) {
      assertThat(Digest.sha256(Files.readAllBytes(copy.file(blob.digest()))))
          .isEqualTo(blob.digest());
    }
  }

  private long calls(Operation operation) {
    return ecr.server().counters().requests(operation);
  }

  private ContainerdClient client() {
    return ContainerdClient.builder().address(daemon.socket()).build();
  }
}
