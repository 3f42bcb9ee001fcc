package io.github.ecrcontainerd.it.bench;

/** The images that are pulled, each in the repository of its name, with the tag {@code latest}. */
enum Sample {
  ONE("one", 1, 512L << 20),
  EIGHT("eight", 8, 64L << 20),
  FORTY("forty", 40, 1L << 20),
  TINY("tiny", 1, 5L << 10),
  ONE_SMALL("one-small", 1, 1L << 20),
  TEN_SMALL("ten-small", 10, 1L << 20),
  MANY_SMALL("many-small", 200, 1L << 20),
  ONE_MEDIUM("one-medium", 1, 64L << 20),
  ONE_LARGE("one-large", 1, 4L << 30),
  /** Files of this machine: {@link SystemLayer}. */
  SYSTEM("system", SystemLayer.SOURCES.size(), 40L << 20);

  private final String repository;
  private final int layers;
  private final long layerSize;

  Sample(String repository, int layers, long layerSize) {
    this.repository = repository;
    this.layers = layers;
    this.layerSize = layerSize;
  }

  String repository() {
    return repository;
  }

  int layers() {
    return layers;
  }

  /** Bytes of each layer, but for a hundredth. */
  long layerSize() {
    return layerSize;
  }

  long bytes() {
    return layers * layerSize;
  }

  @Override
  public String toString() {
    if (this == SYSTEM) {
      return "a root file system in %d layers".formatted(layers);
    }
    return layerSize >= 1 << 20
        ? "%d x %d MiB".formatted(layers, layerSize >> 20)
        : "%d x %d KiB".formatted(layers, layerSize >> 10);
  }
}
