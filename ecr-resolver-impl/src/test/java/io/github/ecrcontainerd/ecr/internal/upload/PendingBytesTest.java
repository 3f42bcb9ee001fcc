package io.github.ecrcontainerd.ecr.internal.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PendingBytesTest {
  private static final int CHUNK = UploadBudget.CHUNK_BYTES;

  private final UploadBudget budget = new UploadBudget();

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytesOf(LayerPart part) {
    byte[] bytes = new byte[part.length()];
    part.read(0, bytes, bytes.length);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 1})
  void goesOnBehindAnyByte(int dropped) throws Exception {
    byte[] written = noise(3 * CHUNK);
    try (var room = budget.room(4);
        PendingBytes pending = new PendingBytes(room)) {
      pending.append(ByteBuffer.wrap(written), Integer.MAX_VALUE);

      pending.drop(dropped);
      byte[] more = noise(CHUNK);
      pending.append(ByteBuffer.wrap(more), Integer.MAX_VALUE);

      byte[] expected = Arrays.copyOfRange(written, dropped, written.length + CHUNK);
      System.arraycopy(more, 0, expected, written.length - dropped, CHUNK);
      assertThat(pending.length()).isEqualTo(expected.length);
      assertThat(bytesOf(pending.first(expected.length))).isEqualTo(expected);
      assertThat(bytesOf(pending.first(1))).isEqualTo(Arrays.copyOf(expected, 1));
    }
  }

  @Test
  void takesNoMoreThanItMay() throws Exception {
    try (var room = budget.room(2);
        PendingBytes pending = new PendingBytes(room)) {
      ByteBuffer bytes = ByteBuffer.wrap(noise(2 * CHUNK));

      pending.append(bytes, CHUNK + 7);

      assertThat(pending.length()).isEqualTo(CHUNK + 7);
      assertThat(bytes.remaining()).isEqualTo(CHUNK - 7);
    }
  }

  @Test
  void takesItsOwnRoomOnlyWhereTheBudgetHasNoMore() throws Exception {
    try (var others = budget.room(30);
        var room = budget.room(2);
        PendingBytes pending = new PendingBytes(room)) {
      pending.append(ByteBuffer.wrap(noise(9 * CHUNK)), Integer.MAX_VALUE);

      assertThat(pending.length()).isEqualTo(3 * CHUNK);
      assertThat(others.take()).isNotNull();
    }
  }

  @Test
  void givesBackWhatItTook() throws Exception {
    for (int upload = 0; upload < 20; upload++) {
      try (var room = budget.room(11);
          PendingBytes pending = new PendingBytes(room)) {
        pending.append(ByteBuffer.wrap(noise(20 * CHUNK)), Integer.MAX_VALUE);
        pending.drop(CHUNK + 1);
        assertThat(pending.length()).isEqualTo(19 * CHUNK - 1);
      }
    }
    budget.room(33).close();
  }
}
