package io.github.ecrcontainerd.resolver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResolutionTest {
  private static final byte[] DOCUMENT = "{\"schemaVersion\":2}".getBytes(UTF_8);
  private static final Descriptor TARGET = Descriptor.of(MediaTypes.OCI_MANIFEST, DOCUMENT);

  @Test
  void bringsItsDocumentToBeReadFromAnyOffset() throws InterruptedException {
    Resolution resolution = new Resolution("image", TARGET, Optional.of(EmbeddedData.of(DOCUMENT)));

    try (BlobReader reader = resolution.document().orElseThrow().open(1)) {
      assertThat(reader.read()).isEqualTo(ByteBuffer.wrap(DOCUMENT, 1, DOCUMENT.length - 1));
      assertThat(reader.read()).isNull();
    }
    try (BlobReader reader = resolution.document().orElseThrow().open(DOCUMENT.length)) {
      assertThat(reader.read()).isNull();
    }
  }

  @Test
  void isReadNoMoreAfterItsReaderWasClosedOnceOrTwice() throws InterruptedException {
    BlobReader reader = EmbeddedData.of(DOCUMENT).open(0);

    reader.close();
    reader.close();

    assertThat(reader.read()).isNull();
  }

  @Test
  void refusesADocumentOfAnotherLength() {
    assertThatThrownBy(
            () -> new Resolution("image", TARGET, Optional.of(EmbeddedData.of(new byte[] {1, 2}))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 2 bytes, its descriptor says 19");
  }

  @Test
  void mayComeWithoutItsDocument() {
    assertThat(new Resolution("image", TARGET).document()).isEmpty();
  }
}
