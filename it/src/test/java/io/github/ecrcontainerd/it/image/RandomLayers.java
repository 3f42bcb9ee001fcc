package io.github.ecrcontainerd.it.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Layers of a few names, which meet each other often: directories with and without entries of their
 * own, files, links of both kinds that lead everywhere, FIFOs, whiteouts, and all of these in the
 * place of each other. Some are such that a daemon refuses them. The same for the same seed.
 */
public final class RandomLayers {
  private static final int LAYERS = 3;
  private static final int ENTRIES = 12;

  /** One path in so many. */
  private static final int OTHER_WAYS = 40;

  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final List<String> TARGETS =
      List.of("a", "b/c", "/b", "../c", "../../../d", "/a/../b", ".", "/", "nothing", "/d/nothing");
  private static final List<Integer> MODES = List.of(0755, 0700, 0644, 0, 01777, 02755, 04711);

  private final Random random;
  private final LayerTar tar = new LayerTar();

  /** What an entry of this layer has put where. */
  private final Map<String, Kind> kinds = new TreeMap<>();

  private enum Kind {
    DIRECTORY,
    FILE,
    LINK,
    OTHER
  }

  /** What the layers below have put there at last. */
  private final Map<String, Kind> below;

  private RandomLayers(Random random, Map<String, Kind> below) {
    this.random = random;
    this.below = below;
  }

  /** The layers of an image, from the lowest to the highest. */
  public static List<LayerTar> of(long seed) {
    Random random = new Random(seed);
    Map<String, Kind> below = new TreeMap<>();
    List<LayerTar> layers = new ArrayList<>();
    for (int number = 0; number < LAYERS; number++) {
      RandomLayers layer = new RandomLayers(random, below);
      layers.add(layer.layer(number > 0));
      below.putAll(layer.kinds);
    }
    return layers;
  }

  private LayerTar layer(boolean overOthers) {
    for (int entry = 0; entry < ENTRIES; entry++) {
      tar.owner(random.nextInt(3) * 1000, random.nextInt(3));
      tar.modified(Instant.ofEpochSecond(1_000_000_000L + random.nextInt(1000)));
      add(overOthers);
    }
    return tar;
  }

  private void add(boolean overOthers) {
    String path = path();
    int mode = one(MODES);
    boolean free = !kinds.containsKey(path);
    // In the place of a directory: most of these are refused.
    boolean directory = kinds.get(path) == Kind.DIRECTORY && random.nextInt(OTHER_WAYS) > 0;
    switch (directory ? 0 : random.nextInt(overOthers ? 12 : 10)) {
      case 0, 1, 2 -> {
        tar.directory(path, mode);
        put(path, Kind.DIRECTORY);
      }
      case 3, 4 -> {
        tar.file(path, mode, path.repeat(random.nextInt(9)));
        put(path, Kind.FILE);
      }
      case 5 -> {
        Map<String, String> attributes = Map.of("user." + one(NAMES), "x");
        tar.file(path, mode, new byte[random.nextInt(99)], attributes);
        put(path, Kind.FILE);
      }
      case 6 -> {
        tar.symlink(path, one(TARGETS));
        put(path, Kind.LINK);
      }
      case 7 -> {
        tar.fifo(path, mode);
        put(path, Kind.OTHER);
      }
      case 8, 9 -> {
        List<String> files =
            kinds.keySet().stream().filter(name -> kinds.get(name) == Kind.FILE).toList();
        if (!files.isEmpty() && free) {
          tar.hardLink(path, one(files));
          put(path, Kind.FILE);
        }
      }
      case 10 -> {
        if (free) {
          tar.whiteout(path);
          put(path, Kind.OTHER);
        }
      }
      default -> {
        tar.directory(path, mode).opaque(path);
        put(path, Kind.DIRECTORY);
      }
    }
  }

  private void put(String path, Kind kind) {
    if (kind != Kind.DIRECTORY) {
      kinds.keySet().removeIf(name -> name.startsWith(path + "/"));
    }
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      kinds.putIfAbsent(path.substring(0, slash), Kind.DIRECTORY);
    }
    kinds.put(path, kind);
  }

  /** Of one to three names; what is on the way is a directory mostly, or a link. */
  private String path() {
    String path = one(NAMES);
    while (path.length() < 5 && random.nextInt(3) > 0) {
      boolean isDirectory =
          kinds.getOrDefault(path, Kind.DIRECTORY) == Kind.DIRECTORY
              && below.getOrDefault(path, Kind.DIRECTORY) == Kind.DIRECTORY;
      // Through others it goes now and then: most of these are refused.
      if (!isDirectory && random.nextInt(OTHER_WAYS) > 0) {
        break;
      }
      path += "/" + one(NAMES);
    }
    return path;
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
