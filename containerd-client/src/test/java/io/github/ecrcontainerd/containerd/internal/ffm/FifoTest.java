package io.github.ecrcontainerd.containerd.internal.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FifoTest {
  @TempDir Path directory;

  @Test
  void isForItsOwnerAlone() throws IOException {
    Path fifo = Fifo.create(directory.resolve("fifo"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fifo)))
        .isEqualTo("rw-------");
    assertThat(
            Files.readAttributes(fifo, java.nio.file.attribute.BasicFileAttributes.class).isOther())
        .isTrue();
  }

  @Test
  void isNotMadeOverAnotherFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    assertThatThrownBy(() -> Fifo.create(file))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("File exists");
  }
}
