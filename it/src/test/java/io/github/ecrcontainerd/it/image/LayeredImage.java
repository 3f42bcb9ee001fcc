package io.github.ecrcontainerd.it.image;

import io.github.ecrcontainerd.it.image.OciLayout.Format;
import java.util.List;
import java.util.Random;

/**
 * Images of three layers of some MiB each that change each other's files: directories that keep the
 * owner and mode of a lower layer, whiteouts, links. The same seed makes the same image.
 */
public final class LayeredImage {
  private static final int FILE_SIZE = 700_000;
  private static final int FILES = 4;

  private LayeredImage() {}

  /** Writes one, and tags it {@code latest}. */
  public static OciImage write(OciLayout layout, long seed) {
    Random random = new Random(seed);
    LayerTar lowest = new LayerTar().owner(7, 8).directory("opt", 0711).directory("opt/a", 02750);
    fill(lowest, "opt/a/", random);
    lowest.symlink("opt/link", "a").file("opt/gone", 0600, "gone");
    LayerTar middle = new LayerTar();
    fill(middle, "opt/a/deep/", random);
    middle.whiteout("opt/gone").hardLink("opt/a/deep/again", "opt/a/deep/0");
    LayerTar top = new LayerTar().directory("opt", 0755).directory("opt/a", 0700).opaque("opt/a");
    fill(top, "srv/", random);
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(Layer.gzip(lowest), Layer.gzip(middle), Layer.gzip(top)));
    layout.tag("latest", image.manifest());
    return image;
  }

  private static void fill(LayerTar tar, String directory, Random random) {
    for (int number = 0; number < FILES; number++) {
      byte[] content = new byte[FILE_SIZE];
      random.nextBytes(content);
      tar.file(directory + number, 0640, content);
    }
  }
}
