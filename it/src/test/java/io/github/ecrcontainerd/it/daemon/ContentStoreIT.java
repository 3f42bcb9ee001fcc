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
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Finds, reads, lists and deletes blobs. {@link ContentStoreConformanceIT} has more of the store's
 * rules.
 */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContentStoreIT {
  private static final int MIB = 1 << 20;
  private static final Digest NOWHERE = Digest.sha256(new byte[] {1, 2, 3});

  private ContainerdClient client;
  private Lease lease;
  private ContentStore store;

  /** Under a lease: otherwise the daemon may collect a blob at once. */
  @BeforeEach
  void connect(Containerd containerd) throws InterruptedException {
    client = ContainerdClient.builder().address(containerd.socket()).build();
    lease = client.leases().create("", Duration.ofHours(1));
    store = client.withLease(lease).content();
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

  private static Digest store(ContentStore store, byte[] content, Map<String, String> labels)
      throws InterruptedException {
    Digest digest = Digest.sha256(content);
    try (Ingest ingest = store.ingest("test-" + digest, digest, content.length).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(content));
      ingest.commit(labels);
    }
    return digest;
  }

  private static byte[] readAll(BlobReader reader) throws InterruptedException {
    var all = new ByteArrayOutputStream();
    try (reader) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        assertThat(bytes.hasRemaining()).isTrue();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        all.writeBytes(copy);
      }
      assertThat(reader.read()).isNull();
    }
    return all.toByteArray();
  }

  private static Code codeOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(ContainerdException.class, call).code();
  }

  @Test
  void findsNothingWhereNothingIs() throws Exception {
    assertThat(store.info(NOWHERE)).isEmpty();
    assertThat(store.status("no-such-ref")).isEmpty();
    assertThat(store.delete(NOWHERE)).isFalse();
    assertThat(store.abort("no-such-ref")).isFalse();
    assertThat(codeOf(() -> store.updateLabels(NOWHERE, Map.of("a", "b"))))
        .isEqualTo(Code.NOT_FOUND);
    assertThat(codeOf(() -> store.readAll(NOWHERE, 100))).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void readsAWholeBlob() throws Exception {
    byte[] content = bytes(21 * MIB + 5, 1);
    Digest digest = store(store, content, Map.of());
    assertThat(readAll(store.read(digest, 0))).isEqualTo(content);
  }

  @Test
  void readsAtOffsets() throws Exception {
    byte[] content = bytes(5 * MIB, 2);
    Digest digest = store(store, content, Map.of());
    assertThat(readAll(store.read(digest, 4 * MIB + 1)))
        .isEqualTo(Arrays.copyOfRange(content, 4 * MIB + 1, content.length));
    assertThat(readAll(store.read(digest, 1234, 3 * MIB)))
        .isEqualTo(Arrays.copyOfRange(content, 1234, 1234 + 3 * MIB));
    assertThat(readAll(store.read(digest, content.length - 1, 1)))
        .isEqualTo(new byte[] {content[content.length - 1]});
    assertThat(readAll(store.read(digest, content.length))).isEmpty();
    assertThat(codeOf(() -> readAll(store.read(digest, content.length - 1, 2))))
        .isEqualTo(Code.OUT_OF_RANGE);
    assertThatThrownBy(() -> store.read(digest, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.read(digest, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsAnEmptyBlob() throws Exception {
    Digest digest = store(store, new byte[0], Map.of());
    assertThat(readAll(store.read(digest, 0))).isEmpty();
    assertThat(store.readAll(digest, 0)).isEmpty();
  }

  @Test
  void readsNoMoreThanItWasAskedFor() throws Exception {
    Digest digest = store(store, bytes(1000, 3), Map.of());
    assertThat(store.readAll(digest, 1000)).hasSize(1000);
    assertThat(codeOf(() -> store.readAll(digest, 999))).isEqualTo(Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void isNotStoppedByReadersThatAreClosedEarly() throws Exception {
    byte[] content = bytes(30 * MIB, 4);
    Digest digest = store(store, content, Map.of());
    for (int i = 0; i < 20; i++) {
      try (BlobReader reader = store.read(digest, 0)) {
        assertThat(reader.read()).isNotNull();
      }
    }
    assertThat(readAll(store.read(digest, 0))).isEqualTo(content);
  }

  @Test
  void isNotStoppedByAReaderThatDoesNotRead() throws Exception {
    byte[] content = bytes(30 * MIB, 5);
    Digest digest = store(store, content, Map.of());
    try (BlobReader idle = store.read(digest, 0)) {
      assertThat(idle.read()).isNotNull();
      assertThat(store.info(digest)).isPresent();
      assertThat(readAll(store.read(digest, 0))).isEqualTo(content);
    }
  }

  @Test
  void listsWhatMatches() throws Exception {
    Digest one = store(store, bytes(10, 7), Map.of("team", "a"));
    Digest other = store(store, bytes(10, 8), Map.of("team", "b"));
    assertThat(store.list()).extracting(ContentInfo::digest).contains(one, other);
    assertThat(store.list("labels.team==a")).extracting(ContentInfo::digest).containsExactly(one);
    assertThat(store.list("labels.team==a", "labels.team==b")).hasSize(2);
  }

  @Test
  void deletesABlob() throws Exception {
    Digest digest = store(store, bytes(10, 9), Map.of());
    assertThat(store.delete(digest)).isTrue();
    assertThat(store.info(digest)).isEmpty();
  }
}
