package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.Ingest.Outcome;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writes blobs, also in two attempts or from two writers. {@link ContentStoreConformanceIT} has
 * more of the store's rules.
 */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IngestIT {
  private static final int MIB = 1 << 20;

  private ContainerdClient client;
  private Lease lease;
  private ContentStore store;
  private Path blobs;

  /** Under a lease: otherwise the daemon may collect a blob at once. */
  @BeforeEach
  void connect(Containerd containerd) throws InterruptedException {
    client = ContainerdClient.builder().address(containerd.socket()).build();
    lease = client.leases().create("", Duration.ofHours(1));
    store = client.withLease(lease).content();
    blobs = containerd.root().resolve("io.containerd.content.v1.content/blobs/sha256");
  }

  @AfterEach
  void disconnect() throws InterruptedException {
    client.leases().delete(lease.id());
    client.close();
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String ref(Digest digest) {
    return "layer-" + digest;
  }

  private Ingest open(Digest digest, long size) throws InterruptedException {
    return store.ingest(ref(digest), digest, size).orElseThrow();
  }

  private byte[] stored(Digest digest) throws IOException {
    return Files.readAllBytes(blobs.resolve(digest.hex()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB + 7})
  void storesABlobOfAnySize(int size) throws Exception {
    byte[] content = bytes(size, size);
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = open(digest, size)) {
      assertThat(ingest.offset()).isZero();
      ingest.write(ByteBuffer.wrap(content));
      assertThat(ingest.offset()).isEqualTo(size);
      assertThat(ingest.commit(Map.of("kept", "yes"))).isEqualTo(Outcome.COMMITTED);
    }
    assertThat(stored(digest)).isEqualTo(content);
    assertThat(store.info(digest)).get().extracting(ContentInfo::size).isEqualTo((long) size);
    assertThat(store.info(digest))
        .get()
        .extracting(ContentInfo::labels)
        .isEqualTo(Map.of("kept", "yes"));
  }

  @Test
  void storesAHundredMebibytesFromOneBufferThatIsUsedAgain() throws Exception {
    byte[] content = bytes(100 * MIB, 100);
    Digest digest = Digest.sha256(content);
    byte[] window = new byte[8 * MIB];
    try (Ingest ingest = open(digest, content.length)) {
      for (int offset = 0; offset < content.length; offset += window.length) {
        int count = Math.min(window.length, content.length - offset);
        System.arraycopy(content, offset, window, 0, count);
        ByteBuffer lent = ByteBuffer.wrap(window, 0, count);
        ingest.write(lent);
        assertThat(lent.hasRemaining()).isFalse();
        java.util.Arrays.fill(window, (byte) 0xAA);
      }
      ingest.commit(Map.of());
    }
    assertThat(Digest.sha256(stored(digest))).isEqualTo(digest);
  }

  @Test
  void takesBuffersOfAnyKindAndSize() throws Exception {
    byte[] content = bytes(20 * MIB, 20);
    Digest digest = Digest.sha256(content);
    Random random = new Random(1);
    try (Ingest ingest = open(digest, content.length)) {
      int offset = 0;
      while (offset < content.length) {
        int count = Math.min(random.nextInt(6 * MIB), content.length - offset);
        ByteBuffer piece = ByteBuffer.wrap(content, offset, count);
        ingest.write(
            switch (random.nextInt(4)) {
              case 0 -> ByteBuffer.allocateDirect(count).put(piece).flip();
              case 1 -> piece.asReadOnlyBuffer();
              case 2 -> piece.slice();
              default -> piece;
            });
        offset += count;
      }
      ingest.commit(Map.of());
    }
    assertThat(stored(digest)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, MIB, 4 * MIB, 5 * MIB + 3, 10 * MIB})
  void goesOnBehindWhatAnEarlierIngestHasLeft(int left) throws Exception {
    byte[] content = bytes(10 * MIB, left);
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = open(digest, content.length)) {
      ingest.write(ByteBuffer.wrap(content, 0, left));
    }
    assertThat(store.info(digest)).isEmpty();
    assertThat(store.status(ref(digest)).orElseThrow().offset()).isEqualTo(left);
    try (Ingest ingest = open(digest, content.length)) {
      assertThat(ingest.offset()).isEqualTo(left);
      ingest.write(ByteBuffer.wrap(content, left, content.length - left));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    assertThat(stored(digest)).isEqualTo(content);
    assertThat(store.status(ref(digest))).isEmpty();
  }

  @Test
  void isEmptyWhereTheBlobIsThere() throws Exception {
    Digest digest = store(bytes(1000, 1));
    assertThat(store.ingest(ref(digest), digest, 1000)).isEmpty();
    assertThat(store.ingest("any-ref", digest, 1000)).isEmpty();
  }

  private Digest store(byte[] content) throws InterruptedException {
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = open(digest, content.length)) {
      ingest.write(ByteBuffer.wrap(content));
      ingest.commit(Map.of());
    }
    return digest;
  }

  @Test
  void waitsForTheBlobOfAnotherWriter() throws Exception {
    byte[] content = bytes(1000, 3);
    Digest digest = Digest.sha256(content);
    try (Ingest first = open(digest, 1000)) {
      FutureTask<Optional<Ingest>> second = openBeside(digest, 1000);
      first.write(ByteBuffer.wrap(content));
      first.commit(Map.of());
      assertThat(second.get(30, TimeUnit.SECONDS)).isEmpty();
    }
  }

  @Test
  void takesOverFromAWriterThatGaveUp() throws Exception {
    byte[] content = bytes(1000, 4);
    Digest digest = Digest.sha256(content);
    FutureTask<Optional<Ingest>> second;
    try (Ingest first = open(digest, 1000)) {
      second = openBeside(digest, 1000);
      first.write(ByteBuffer.wrap(content, 0, 600));
    }
    try (Ingest ingest = second.get(30, TimeUnit.SECONDS).orElseThrow()) {
      assertThat(ingest.offset()).isEqualTo(600);
      ingest.write(ByteBuffer.wrap(content, 600, 400));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
  }

  @Test
  void stopsWaitingForAnotherWriterWhenItsThreadIsInterrupted() throws Exception {
    Digest digest = Digest.sha256(bytes(1000, 5));
    try (Ingest first = open(digest, 1000)) {
      FutureTask<Optional<Ingest>> second = new FutureTask<>(() -> ingest(digest, 1000));
      Thread.startVirtualThread(second).interrupt();
      assertThatThrownBy(() -> second.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      first.abort();
    }
  }

  private Optional<Ingest> ingest(Digest digest, long size) throws InterruptedException {
    return store.ingest(ref(digest), digest, size);
  }

  private FutureTask<Optional<Ingest>> openBeside(Digest digest, long size) {
    FutureTask<Optional<Ingest>> opening = new FutureTask<>(() -> ingest(digest, size));
    Thread.startVirtualThread(opening);
    return opening;
  }

  @Test
  void refusesBytesThatAreNotThoseOfTheDigest() throws Exception {
    Digest digest = Digest.sha256(bytes(1000, 6));
    byte[] others = bytes(1000, 7);
    try (Ingest ingest = open(digest, 1000)) {
      ingest.write(ByteBuffer.wrap(others));
      ContainerdException failure = failureOf(() -> ingest.commit(Map.of()));
      assertThat(failure.code()).isEqualTo(Code.FAILED_PRECONDITION);
      assertThat(failure)
          .hasMessageStartingWith("Content.Write " + ref(digest))
          .hasMessageContaining(
              "unexpected commit digest %s, expected %s", Digest.sha256(others), digest);
    }
    assertThat(store.status(ref(digest))).isEmpty();
    assertThat(store.info(digest)).isEmpty();
  }

  @Test
  void refusesMoreBytesThanItsSize() throws Exception {
    byte[] content = bytes(1001, 10);
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = open(digest, 1000)) {
      ContainerdException failure = failureOf(() -> ingest.write(ByteBuffer.wrap(content)));
      assertThat(failure.code()).isEqualTo(Code.FAILED_PRECONDITION);
      assertThat(failure).hasMessageContaining("more than the expected 1000 bytes");
    }
    assertThat(store.status(ref(digest))).isEmpty();
  }

  @Test
  void refusesFewerBytesThanItsSize() throws Exception {
    byte[] content = bytes(999, 11);
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = open(digest, 1000)) {
      ingest.write(ByteBuffer.wrap(content));
      ContainerdException failure = failureOf(() -> ingest.commit(Map.of()));
      assertThat(failure.code()).isEqualTo(Code.FAILED_PRECONDITION);
      assertThat(failure).hasMessageContaining("got 999 of 1000 bytes");
    }
    assertThat(store.status(ref(digest))).isEmpty();
  }

  private static ContainerdException failureOf(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(ContainerdException.class, call);
  }

  @Test
  void leavesNothingOfWhatIsAborted() throws Exception {
    Digest digest = Digest.sha256(bytes(1000, 12));
    try (Ingest ingest = open(digest, 1000)) {
      ingest.write(ByteBuffer.wrap(bytes(500, 12)));
      ingest.abort();
    }
    assertThat(store.status(ref(digest))).isEmpty();
    try (Ingest ingest = open(digest, 1000)) {
      assertThat(ingest.offset()).isZero();
      ingest.abort();
    }
  }

  @Test
  void putsItsBlobUnderTheLease() throws Exception {
    byte[] content = bytes(1000, 13);
    Digest digest = Digest.sha256(content);
    Lease own = client.leases().create("ingest-lease", Duration.ofHours(1));
    try (Ingest ingest =
        client.withLease(own).content().ingest(ref(digest), digest, 1000).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(content));
      ingest.commit(Map.of());
    }
    client.leases().create("other-lease", Duration.ofHours(1));
    client.leases().deleteAndCollect("other-lease");
    assertThat(store.info(digest)).isPresent();
    client.leases().deleteAndCollect(own.id());
    assertThat(store.info(digest)).isEmpty();
  }

  @Test
  void saysAtOnceThatTheDaemonWentAwayAndGoesOnWithTheNextOne() throws Exception {
    byte[] content = bytes(64 * MIB, 14);
    Digest digest = Digest.sha256(content);
    try (Containerd own = Containerd.open();
        ContainerdClient its = ContainerdClient.builder().address(own.socket()).build()) {
      try (Ingest ingest =
          its.content().ingest(ref(digest), digest, content.length).orElseThrow()) {
        ingest.write(ByteBuffer.wrap(content, 0, 8 * MIB));
        own.kill();
        ContainerdException failure =
            failureOf(() -> ingest.write(ByteBuffer.wrap(content, 8 * MIB, 56 * MIB)));
        assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("went away: is it running?");
      }
      assertThat(failureOf(() -> its.images().list()))
          .hasMessageContaining("no containerd at " + own.socket());
      own.start();
      try (Ingest ingest =
          its.content().ingest(ref(digest), digest, content.length).orElseThrow()) {
        int offset = (int) ingest.offset();
        assertThat(offset).isBetween(0, 8 * MIB);
        ingest.write(ByteBuffer.wrap(content, offset, content.length - offset));
        assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
      }
    }
  }
}
