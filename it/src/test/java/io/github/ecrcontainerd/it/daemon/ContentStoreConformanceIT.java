package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.Ingest.Outcome;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The checks of containerd's own test suite for content stores ("core/content/testsuite" in its
 * source), run against the daemon through the client. Each test has its own namespace, and bytes
 * that no other test has, because namespaces share content. {@link IngestIT} and {@link
 * ContentStoreIT} test the client's side: buffers, interrupts and a daemon that goes away.
 */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContentStoreConformanceIT {
  /** Large enough to be sent at once; smaller pieces are collected first. */
  private static final int PIECE = 256 << 10;

  private static final String ISOLATED =
      """
      [plugins."io.containerd.metadata.v1.bolt"]
      content_sharing_policy = "isolated"
      """;

  private static final AtomicInteger SEED = new AtomicInteger();

  private final List<ContainerdClient> clients = new ArrayList<>();
  private ContentStore store;

  @BeforeEach
  void connect(Containerd containerd) throws Exception {
    store = storeOf(containerd, "n" + SEED.incrementAndGet());
  }

  @AfterEach
  void disconnect() {
    clients.forEach(ContainerdClient::close);
  }

  /** A namespace's store under a lease, because nothing else refers to a test's content. */
  private ContentStore storeOf(Containerd containerd, String namespace)
      throws InterruptedException {
    ContainerdClient client =
        ContainerdClient.builder().address(containerd.socket()).namespace(namespace).build();
    clients.add(client);
    ContainerdServices leased =
        client.withLease(client.leases().create("test", Duration.ofHours(1)));
    return leased.content();
  }

  /** Some bytes that no other blob of the class has. */
  private static final class Blob {
    private final byte[] bytes;
    private final Digest digest;

    private Blob(int size) {
      bytes = new byte[size];
      new Random(SEED.incrementAndGet()).nextBytes(bytes);
      digest = Digest.sha256(bytes);
    }

    static Blob of(int size) {
      return new Blob(size);
    }

    Digest digest() {
      return digest;
    }

    int size() {
      return bytes.length;
    }

    ByteBuffer part(int from, int to) {
      return ByteBuffer.wrap(bytes, from, to - from);
    }

    ByteBuffer from(long offset) {
      return part((int) offset, bytes.length);
    }

    Ingest open(ContentStore store, String ref) throws InterruptedException {
      return store.ingest(ref, digest, size()).orElseThrow();
    }

    void store(ContentStore store, Map<String, String> labels) throws InterruptedException {
      try (Ingest ingest = open(store, "blob-" + digest)) {
        ingest.write(from(ingest.offset()));
        assertThat(ingest.commit(labels)).isEqualTo(Outcome.COMMITTED);
      }
    }

    /** Leaves an ingest that has its first bytes. */
    void begin(ContentStore store, String ref, int upTo) throws InterruptedException {
      try (Ingest ingest = open(store, ref)) {
        ingest.write(part(0, upTo));
      }
    }

    void assertIn(ContentStore store) throws InterruptedException {
      ContentInfo info = store.info(digest).orElseThrow();
      assertThat(info.digest()).isEqualTo(digest);
      assertThat(info.size()).isEqualTo(size());
      assertThat(store.readAll(digest, size())).isEqualTo(bytes);
    }
  }

  private static Code codeOf(ThrowingCallable call) {
    return catchThrowableOfType(ContainerdException.class, call).code();
  }

  private IngestStatus status(String ref) throws InterruptedException {
    return store.status(ref).orElseThrow();
  }

  /**
   * The time of an ingest's last change is that of its file. Linux rounds file times to ticks of
   * some milliseconds, so two writes within one tick have the same time. This waits until a file of
   * our own gets a later time.
   */
  private static void awaitFileTimeAfter(Instant last, Path clock) throws IOException {
    do {
      Files.write(clock, new byte[1]);
    } while (!Files.getLastModifiedTime(clock).toInstant().isAfter(last));
  }

  /** Waits until an ingest has this offset: a write returns before the daemon has its bytes. */
  private IngestStatus awaitStatus(String ref, long offset) throws InterruptedException {
    IngestStatus status = status(ref);
    while (status.offset() != offset) {
      Thread.onSpinWait();
      status = status(ref);
    }
    return status;
  }

  @Test
  void writersOfSeveralRefsAtOnceDoNotMixTheirBytes() throws Exception {
    List<Blob> blobs = Stream.generate(() -> Blob.of(256)).limit(4).toList();
    List<Ingest> ingests = new ArrayList<>();
    for (Blob blob : blobs) {
      ingests.add(blob.open(store, "c" + ingests.size()));
    }
    for (int offset = 0; offset < 256; offset += 32) {
      for (int i = 0; i < blobs.size(); i++) {
        ingests.get(i).write(blobs.get(i).part(offset, offset + 32));
      }
    }
    for (int i = 0; i < blobs.size(); i++) {
      Map<String, String> labels = Map.of("containerd.io/gc.root", "now", "number", "" + i);
      Instant before = Instant.now();
      assertThat(ingests.get(i).commit(labels)).isEqualTo(Outcome.COMMITTED);
      ContentInfo info = store.info(blobs.get(i).digest()).orElseThrow();
      assertThat(info.labels()).isEqualTo(labels);
      assertThat(info.createdAt()).isBetween(before, Instant.now());
      assertThat(info.updatedAt()).isEqualTo(info.createdAt());
      blobs.get(i).assertIn(store);
      ingests.get(i).close();
    }
  }

  @Test
  void theStatusOfAnIngestFollowsItsBytes(@TempDir Path directory) throws Exception {
    Path clock = directory.resolve("clock");
    Blob blob = Blob.of(4 * PIECE);
    Instant before = Instant.now();
    try (Ingest ingest = blob.open(store, "followed")) {
      IngestStatus opened = status("followed");
      assertThat(opened.ref()).isEqualTo("followed");
      assertThat(opened.offset()).isZero();
      assertThat(opened.total()).isEqualTo(blob.size());
      assertThat(opened.startedAt()).isBetween(before, Instant.now());
      assertThat(opened.expected().orElse(blob.digest())).isEqualTo(blob.digest());
      Instant last = opened.updatedAt();
      for (int[] part : new int[][] {{0, PIECE}, {PIECE, 3 * PIECE}, {3 * PIECE, 4 * PIECE}}) {
        awaitFileTimeAfter(last, clock);
        ingest.write(blob.part(part[0], part[1]));
        IngestStatus status = awaitStatus("followed", part[1]);
        assertThat(status.total()).isEqualTo(blob.size());
        assertThat(status.startedAt()).isEqualTo(opened.startedAt());
        assertThat(status.updatedAt()).isAfter(last).isBefore(Instant.now());
        last = status.updatedAt();
      }
      assertThat(store.info(blob.digest())).isEmpty();
      ingest.commit(Map.of());
    }
    assertThat(store.status("followed")).isEmpty();
    blob.assertIn(store);
  }

  @Test
  void whatIsUnderWayIsListedUntilItIsCommittedOrAborted() throws Exception {
    Blob one = Blob.of(100);
    Blob other = Blob.of(200);
    one.begin(store, "one", 60);
    other.begin(store, "other", 200);
    assertThat(store.statuses())
        .extracting(IngestStatus::ref)
        .containsExactlyInAnyOrder("one", "other");
    assertThat(store.statuses("ref==one")).containsExactly(status("one"));
    assertThat(status("one").offset()).isEqualTo(60);
    assertThat(store.list()).isEmpty();

    try (Ingest ingest = other.open(store, "other")) {
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    assertThat(store.statuses()).extracting(IngestStatus::ref).containsExactly("one");
    assertThat(store.abort("one")).isTrue();
    assertThat(store.statuses()).isEmpty();
    assertThat(store.abort("one")).isFalse();
    assertThat(store.list()).extracting(ContentInfo::digest).containsExactly(other.digest());
  }

  /** Sizes, and the percentage that is already there: those of containerd's suite, and more. */
  static Stream<Arguments> beginnings() {
    return IntStream.of(500, 5_000, 50_000, 2 * PIECE + 1)
        .boxed()
        .flatMap(size -> IntStream.of(0, 10, 50, 90, 100).mapToObj(p -> Arguments.of(size, p)));
  }

  @ParameterizedTest
  @MethodSource("beginnings")
  void anIngestGoesOnBehindItsBytes(int size, int percent) throws Exception {
    Blob blob = Blob.of(size);
    int limit = size / 100 * percent;
    blob.begin(store, "resumed", limit);
    Instant started = status("resumed").startedAt();
    try (Ingest ingest = blob.open(store, "resumed")) {
      assertThat(ingest.offset()).isEqualTo(limit);
      assertThat(status("resumed").startedAt()).isEqualTo(started);
      ingest.write(blob.from(limit));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    blob.assertIn(store);
  }

  @ParameterizedTest
  @MethodSource("beginnings")
  void anIngestIsTruncatedAndBeginsAgain(int size, int percent) throws Exception {
    Blob blob = Blob.of(size);
    Blob.of(size).begin(store, "truncated", size / 100 * percent);
    try (Ingest ingest = blob.open(store, "truncated")) {
      ingest.write(blob.part(0, Math.min(7, (int) (size - ingest.offset()))));
      ingest.truncate();
      assertThat(ingest.offset()).isZero();
      ingest.write(blob.from(0));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    blob.assertIn(store);
  }

  @Test
  void whatIsTruncatedIsGoneAlsoWhereNothingIsWrittenBehind() throws Exception {
    Blob blob = Blob.of(1_000);
    blob.begin(store, "emptied", 400);
    try (Ingest ingest = blob.open(store, "emptied")) {
      ingest.truncate();
    }
    assertThat(status("emptied").offset()).isZero();
  }

  @Test
  void aCommitOfWhatExistsSaysSoAndFreesItsRef() throws Exception {
    Blob blob = Blob.of(256);
    try (Ingest late = blob.open(store, "late")) {
      late.write(blob.from(0));
      blob.store(store, Map.of("kept", "1"));
      assertThat(late.commit(Map.of("kept", "2"))).isEqualTo(Outcome.ALREADY_EXISTS);
    }
    assertThat(store.info(blob.digest()).orElseThrow().labels()).isEqualTo(Map.of("kept", "1"));
    assertThat(store.ingest("late", blob.digest(), blob.size())).isEmpty();
    try (Ingest another = Blob.of(256).open(store, "late")) {
      another.abort();
    }
  }

  @Test
  void aRefWhoseCommitWasRefusedCanBeUsedAgain() throws Exception {
    Blob wrong = Blob.of(1_000);
    Blob right = Blob.of(1_000);
    wrong.begin(store, "state", 600);
    // The daemon checks the digest, because only it has seen all bytes.
    try (Ingest ingest = right.open(store, "state")) {
      ingest.write(right.from(600));
      assertThat(codeOf(() -> ingest.commit(Map.of()))).isEqualTo(Code.FAILED_PRECONDITION);
    }
    assertThat(store.status("state")).isEmpty();
    assertThat(store.info(right.digest())).isEmpty();
    try (Ingest ingest = right.open(store, "state")) {
      assertThat(ingest.offset()).isZero();
      ingest.write(right.part(0, 999));
      assertThat(codeOf(() -> ingest.commit(Map.of()))).isEqualTo(Code.FAILED_PRECONDITION);
    }
    try (Ingest ingest = right.open(store, "state")) {
      assertThat(ingest.offset()).isZero();
      ingest.write(right.from(0));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    right.assertIn(store);
  }

  @Test
  void labelsAreSetAtTheCommitAndThenOneByOne() throws Exception {
    Blob blob = Blob.of(256);
    blob.store(store, Map.of("k1", "v1", "k2", "v2"));
    ContentInfo made = store.info(blob.digest()).orElseThrow();
    assertThat(made.labels()).isEqualTo(Map.of("k1", "v1", "k2", "v2"));

    Instant before = Instant.now();
    ContentInfo updated =
        store.updateLabels(
            blob.digest(), Map.of("k1", "new", "k2", "", "containerd.io/uncompressed", "x"));
    assertThat(updated.labels()).isEqualTo(Map.of("k1", "new", "containerd.io/uncompressed", "x"));
    assertThat(updated.createdAt()).isEqualTo(made.createdAt());
    assertThat(updated.updatedAt()).isBetween(before, Instant.now());
    assertThat(store.info(blob.digest())).contains(updated);

    assertThat(store.updateLabels(blob.digest(), Map.of("k1", "", "k9", "")).labels())
        .isEqualTo(Map.of("containerd.io/uncompressed", "x"));
  }

  @Test
  void aLabelThatIsTooLongIsRefused() throws Exception {
    Blob blob = Blob.of(256);
    blob.store(store, Map.of());
    assertThat(codeOf(() -> store.updateLabels(blob.digest(), Map.of("k", "v".repeat(5_000)))))
        .isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(store.info(blob.digest()).orElseThrow().labels()).isEmpty();
  }

  @Test
  void anotherNamespaceHasTheBytesAtOnceAndLabelsOfItsOwn(Containerd containerd) throws Exception {
    Blob blob = Blob.of(6 * PIECE);
    blob.store(store, Map.of("from", "here"));
    ContentStore elsewhere = storeOf(containerd, "elsewhere" + SEED.incrementAndGet());
    assertThat(elsewhere.info(blob.digest())).isEmpty();
    assertThat(codeOf(() -> elsewhere.readAll(blob.digest(), blob.size())))
        .isEqualTo(Code.NOT_FOUND);

    try (Ingest ingest = blob.open(elsewhere, "blob-" + blob.digest())) {
      assertThat(ingest.offset()).isEqualTo(blob.size());
      assertThat(ingest.commit(Map.of("from", "there"))).isEqualTo(Outcome.COMMITTED);
    }
    blob.assertIn(elsewhere);
    assertThat(labels(store, blob)).isEqualTo(Map.of("from", "here"));
    assertThat(labels(elsewhere, blob)).isEqualTo(Map.of("from", "there"));

    assertThat(store.delete(blob.digest())).isTrue();
    assertThat(store.info(blob.digest())).isEmpty();
    blob.assertIn(elsewhere);
  }

  @Test
  void bytesOfAnotherNamespaceCanBeTruncatedTooAndStayThere(Containerd containerd)
      throws Exception {
    Blob blob = Blob.of(6 * PIECE);
    blob.store(store, Map.of());
    ContentStore elsewhere = storeOf(containerd, "elsewhere" + SEED.incrementAndGet());
    try (Ingest ingest = blob.open(elsewhere, "again")) {
      ingest.truncate();
      ingest.write(blob.from(0));
      assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
    }
    blob.assertIn(elsewhere);
    blob.assertIn(store);
  }

  private static Map<String, String> labels(ContentStore store, Blob blob)
      throws InterruptedException {
    return store.info(blob.digest()).orElseThrow().labels();
  }

  @Test
  void namespacesThatAreIsolatedShareNothing() throws Exception {
    try (Containerd own = Containerd.open(ISOLATED)) {
      Blob hidden = Blob.of(1_000);
      hidden.store(storeOf(own, "one"), Map.of());
      ContentStore other = storeOf(own, "other");
      try (Ingest ingest = hidden.open(other, "hidden")) {
        assertThat(ingest.offset()).isZero();
        ingest.write(hidden.from(0));
        assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
      }
      hidden.assertIn(other);
      disconnect();
    }
  }

  /** containerd 1.6 doesn't support the label: there the bytes have to be sent again. */
  @Test
  void ofIsolatedNamespacesAShareableOneIsShared() throws Exception {
    try (Containerd own = Containerd.open(ISOLATED)) {
      ContentStore other = storeOf(own, "other");
      ContainerdClient client = clients.getLast();
      boolean knowsTheLabel = !client.introspection().version().version().startsWith("1.6.");
      client.namespaces().create("common", Map.of("containerd.io/namespace.shareable", "true"));
      Blob shared = Blob.of(1_000);
      shared.store(storeOf(own, "common"), Map.of());
      try (Ingest ingest = shared.open(other, "shared")) {
        assertThat(ingest.offset()).isEqualTo(knowsTheLabel ? shared.size() : 0);
        ingest.write(shared.from(ingest.offset()));
        assertThat(ingest.commit(Map.of())).isEqualTo(Outcome.COMMITTED);
      }
      shared.assertIn(other);
      disconnect();
    }
  }

  @Test
  void ofManyWritersOfOneRefOneCommitsAndAllHaveTheBlob() throws Exception {
    Blob blob = Blob.of(9 * PIECE + 5);
    AtomicInteger committed = new AtomicInteger();
    AtomicInteger opened = new AtomicInteger();
    Callable<Void> writer =
        () -> {
          while (true) {
            Optional<Ingest> open = store.ingest("contended", blob.digest(), blob.size());
            if (open.isEmpty()) {
              return null;
            }
            try (Ingest ingest = open.get()) {
              int from = (int) ingest.offset();
              // The first ones stop after some bytes, and queue again.
              if (opened.incrementAndGet() <= 3) {
                ingest.write(blob.part(from, from + 2 * PIECE));
                continue;
              }
              ingest.write(blob.from(from));
              if (ingest.commit(Map.of()) == Outcome.COMMITTED) {
                committed.incrementAndGet();
              }
              return null;
            }
          }
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> ended :
          threads.invokeAll(Stream.generate(() -> writer).limit(8).toList())) {
        assertThat(ended.get()).isNull();
        blob.assertIn(store);
      }
    }
    assertThat(committed).hasValue(1);
    assertThat(opened).hasValue(4);
    assertThat(store.statuses()).isEmpty();
  }

  @Test
  void anIngestThatIsAbortedFromAsideIsNotCommitted() throws Exception {
    Blob blob = Blob.of(2 * PIECE);
    try (Ingest ingest = blob.open(store, "aside")) {
      ingest.write(blob.from(0));
      awaitStatus("aside", blob.size());
      assertThat(store.abort("aside")).isTrue();
      ContainerdException failure =
          catchThrowableOfType(ContainerdException.class, () -> ingest.commit(Map.of()));
      assertThat(failure.object()).isEqualTo("aside");
    }
    assertThat(store.info(blob.digest())).isEmpty();
    blob.store(store, Map.of());
    blob.assertIn(store);
  }

  @Test
  void nothingIsReadBehindTheEndOfABlob() throws Exception {
    Blob blob = Blob.of(6);
    blob.store(store, Map.of());
    try (BlobReader reader = store.read(blob.digest(), 6)) {
      assertThat(reader.read()).isNull();
    }
    try (BlobReader reader = store.read(blob.digest(), 7)) {
      assertThat(codeOf(reader::read)).isEqualTo(Code.OUT_OF_RANGE);
    }
    try (BlobReader reader = store.read(blob.digest(), 0, 7)) {
      assertThat(reader.read()).isEqualTo(blob.from(0));
      assertThat(codeOf(reader::read)).isEqualTo(Code.OUT_OF_RANGE);
    }
    assertThat(codeOf(() -> store.readAll(blob.digest(), 5))).isEqualTo(Code.RESOURCE_EXHAUSTED);
  }
}
