package io.github.ecrcontainerd.containerd.internal.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryHandleTest {
  @TempDir Path root;

  @BeforeEach
  void fill() throws Exception {
    Files.createDirectories(root.resolve("data/layer"));
    Files.writeString(root.resolve("data/layer/file"), "inside");
  }

  @Test
  void opensADirectoryBelowARoot() throws Exception {
    try (DirectoryHandle opened = DirectoryHandle.open(root, "/data/layer")) {
      assertThat(opened.path().resolve("file")).hasContent("inside");
    }
  }

  @Test
  void followsLinksAsAProcessWithThatRootDoes() throws Exception {
    Files.createSymbolicLink(root.resolve("absolute"), Path.of("/data"));
    Files.createSymbolicLink(root.resolve("climbing"), Path.of("../../../../data"));
    for (String path : new String[] {"/absolute/layer", "/climbing/layer", "/../data/layer"}) {
      try (DirectoryHandle opened = DirectoryHandle.open(root, path)) {
        assertThat(opened.path().resolve("file")).as(path).hasContent("inside");
      }
    }
    Files.createSymbolicLink(root.resolve("out"), root.resolve("data"));
    assertThatThrownBy(() -> DirectoryHandle.open(root, "/out"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("No such file or directory");
  }

  @Test
  void saysWhatIsNoDirectoryOrNotThere() {
    assertThatThrownBy(() -> DirectoryHandle.open(root, "/data/layer/file"))
        .hasMessageContaining("/data/layer/file")
        .hasMessageContaining("no directory");
    assertThatThrownBy(() -> DirectoryHandle.open(root.resolve("none"), "/data"))
        .hasMessageContaining("none: No such file or directory");
  }

  @Test
  void closesItsOwnDescriptorOnly() throws Exception {
    DirectoryHandle first = DirectoryHandle.open(root, "/data");
    first.close();
    try (DirectoryHandle second = DirectoryHandle.open(root, "/data/layer")) {
      first.close();
      assertThat(second.path().resolve("file")).hasContent("inside");
    }
  }
}
