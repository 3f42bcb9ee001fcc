package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeBufferTest {

  @Test
  void lendsWhatHasComeInPieces() {
    RangeBuffer buffer = new RangeBuffer(new byte[10]);
    buffer.put(bytes(1, 2, 3, 4, 5));
    assertThat(buffer.arrived()).isEqualTo(5);
    assertThat(buffer.lend(3)).isEqualTo(bytes(1, 2, 3));
    buffer.takeBack();
    assertThat(buffer.taken()).isEqualTo(3);
    assertThat(buffer.lend(3)).isEqualTo(bytes(4, 5));
  }

  @Test
  void keepsWhatFindsNoRoomUntilThereIsSome() {
    RangeBuffer ring = new RangeBuffer(new byte[4]);
    ring.put(bytes(1, 2, 3, 4, 5, 6));
    assertThat(ring.arrived()).isEqualTo(6);
    assertThat(ring.hasRoom()).isFalse();
    assertThat(ring.lend(3)).isEqualTo(bytes(1, 2, 3));
    ring.takeBack();
    assertThat(ring.hasRoom()).isTrue();
    assertThat(ring.ready()).isEqualTo(3);
  }

  @Test
  void takesNothingInPlaceOfWhatWaitsForRoom() {
    RangeBuffer ring = new RangeBuffer(new byte[2]);
    ring.put(bytes(1, 2, 3));
    assertThatThrownBy(() -> ring.put(bytes(4))).isInstanceOf(IllegalStateException.class);
    assertThat(ring.arrived()).isEqualTo(3);
  }

  @Test
  void leavesWhatIsLentAsItIs() {
    RangeBuffer ring = new RangeBuffer(new byte[4]);
    ring.put(bytes(1, 2, 3));
    ByteBuffer lent = ring.lend(2);
    ring.put(bytes(4, 5, 6));
    assertThat(lent).isEqualTo(bytes(1, 2));
  }

  @ParameterizedTest(name = "through a ring of {0} bytes")
  @ValueSource(ints = {1, 7, 64, 1000, 4096})
  void handsOnEveryByteInOrder(int size) {
    byte[] content = new byte[1000];
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    random.nextBytes(content);
    RangeBuffer ring = new RangeBuffer(new byte[size]);
    ByteArrayOutputStream came = new ByteArrayOutputStream();
    int put = 0;
    while (came.size() < content.length) {
      if (ring.hasRoom() && put < content.length) {
        int length = Math.min(content.length - put, random.nextInt(1, 100));
        ring.put(ByteBuffer.wrap(content, put, length));
        put += length;
      }
      ByteBuffer lent = ring.lend(random.nextInt(1, 80));
      byte[] copy = new byte[lent.remaining()];
      lent.get(copy);
      came.writeBytes(copy);
      ring.takeBack();
    }
    assertThat(came.toByteArray()).isEqualTo(content);
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
