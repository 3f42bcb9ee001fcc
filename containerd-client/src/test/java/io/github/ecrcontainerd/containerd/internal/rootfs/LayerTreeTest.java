package io.github.ecrcontainerd.containerd.internal.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

class LayerTreeTest {
  private final LayerTree tree = new LayerTree();

  private LayerTreeTest layer() {
    tree.beginLayer();
    return this;
  }

  private LayerTreeTest file(String path, String content) throws IOException {
    tree.apply(new TarArchiveEntry(path), maxBytes -> content.getBytes(UTF_8));
    return this;
  }

  private LayerTreeTest directory(String path) throws IOException {
    tree.apply(new TarArchiveEntry(path + "/"), maxBytes -> new byte[0]);
    return this;
  }

  private LayerTreeTest link(String path, byte type, String target) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(path, type);
    entry.setLinkName(target);
    tree.apply(entry, maxBytes -> new byte[0]);
    return this;
  }

  private LayerTreeTest symlink(String path, String target) throws IOException {
    return link(path, TarConstants.LF_SYMLINK, target);
  }

  private Optional<String> at(String path) throws Exception {
    Optional<Node> node = PathWalk.follow(tree.root(), path);
    return node.isPresent() && node.get() instanceof Node.File file
        ? Optional.of(new String(file.read(100), UTF_8))
        : Optional.empty();
  }

  @Test
  void theUppermostCounts() throws Exception {
    layer().file("etc/passwd", "low").layer().file("./etc/passwd", "high");
    assertThat(at("/etc/passwd")).contains("high");
  }

  @Test
  void anEntryGoesThroughLinksOfTheLayersBelow() throws Exception {
    layer().directory("usr/etc").symlink("etc", "usr/etc").layer().file("etc/passwd", "through");
    assertThat(at("/usr/etc/passwd")).contains("through");
    assertThat(at("/etc/passwd")).contains("through");
  }

  @Test
  void aDirectoryTakesThePlaceOfALinkThatAnEntryNames() throws Exception {
    layer().directory("usr/etc").symlink("etc", "usr/etc").layer().directory("etc");
    file("etc/passwd", "own");
    assertThat(at("/usr/etc/passwd")).isEmpty();
    assertThat(at("/etc/passwd")).contains("own");
  }

  @Test
  void whiteoutsHideWhatIsBelow() throws Exception {
    layer().file("etc/passwd", "low").file("etc/group", "low").layer().file("etc/.wh.passwd", "");
    assertThat(at("/etc/passwd")).isEmpty();
    assertThat(at("/etc/group")).contains("low");
    layer().file(".wh.etc", "").file("etc/passwd", "new");
    assertThat(at("/etc/passwd")).contains("new");
    assertThat(at("/etc/group")).isEmpty();
  }

  @Test
  void anOpaqueDirectoryKeepsWhatItsOwnLayerBrings() throws Exception {
    layer().file("etc/passwd", "low").file("etc/x/y", "low");
    layer().file("etc/group", "high").file("etc/x/z", "high").file("etc/.wh..wh..opq", "");
    assertThat(at("/etc/passwd")).isEmpty();
    assertThat(at("/etc/group")).contains("high");
    assertThat(at("/etc/x/y")).isEmpty();
    assertThat(at("/etc/x/z")).contains("high");
  }

  @Test
  void hardLinksAreTheSameFile() throws Exception {
    layer().file("etc/users", "same").layer();
    link("etc/passwd", TarConstants.LF_LINK, "etc/users").layer().file("etc/.wh.users", "");
    assertThat(at("/etc/passwd")).contains("same");
    assertThatThrownBy(() -> link("a", TarConstants.LF_LINK, "none"))
        .hasMessageContaining("a links to nothing");
  }

  @Test
  void noPathLeadsOut() throws Exception {
    layer().file("../../etc/passwd", "inside").symlink("climbing", "../../../etc");
    assertThat(at("/etc/passwd")).contains("inside");
    assertThat(at("/climbing/../etc/passwd")).contains("inside");
    assertThat(at("../../climbing/passwd")).contains("inside");
  }

  @Test
  void linksInCirclesAndPathsThroughFilesAreErrors() throws Exception {
    layer().symlink("a", "b").symlink("b", "a").file("file", "x");
    assertThatThrownBy(() -> at("/a")).hasMessageContaining("too many symbolic links");
    assertThatThrownBy(() -> at("/file/x")).hasMessageContaining("no directory");
    assertThat(at("/none/x")).isEmpty();
  }
}
