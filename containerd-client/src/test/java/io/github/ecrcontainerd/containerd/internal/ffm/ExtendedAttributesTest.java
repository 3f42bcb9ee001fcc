package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtendedAttributesTest {
  @TempDir Path directory;

  @Test
  void seesWhatTheJdkSets() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
        .write("overlay.opaque", US_ASCII.encode("y"));
    assertThat(ExtendedAttributes.has(file, "user.overlay.opaque")).isTrue();
    assertThat(ExtendedAttributes.has(file, "user.overlay.redirect")).isFalse();
  }

  @Test
  void asksALinkItself() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
        .write("mark", US_ASCII.encode("y"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThat(ExtendedAttributes.has(link, "user.mark")).isFalse();
  }

  @Test
  void saysThatAFileIsNotThere() {
    assertThatThrownBy(() -> ExtendedAttributes.has(directory.resolve("none"), "user.mark"))
        .hasMessageContaining("none")
        .hasMessageContaining("No such file or directory");
  }
}
