package io.github.ecrcontainerd.it.image;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Layers with only a few names, so that entries often collide: directories with and without their
 * own entries, files, symbolic and hard links to anywhere, FIFOs, whiteouts, and each of these in
 * place of another. A daemon refuses some of the layers.
 *
 * @param layers the wishes for each layer's entries, from the lowest to the highest layer
 */
public record GeneratedLayers(List<List<Wish>> layers) {
  private static final int LAYERS = 3;
  private static final int ENTRIES = 14;

  /** One wish in this many may be for something that daemons usually refuse. */
  private static final int ODD = 40;

  private static final List<String> NAMES = List.of("a", "b", "c", "ü");
  private static final List<String> PREFIXES = List.of("", "", "", "./", "../../", "c/../");
  private static final List<String> TARGETS =
      List.of("a", "b/c", "/b", "../c", "../../../d", "/a/../b", ".", "/", "nothing", "/d/nothing");
  private static final List<String> ATTRIBUTES = List.of("user.a", "user.ü", "trusted.note");
  private static final List<Integer> MODES =
      List.of(0755, 0700, 0644, 0, 01777, 02755, 04711, 06777);

  /** The requested type of an entry. */
  public enum Kind {
    DIRECTORY,
    FILE,
    FILE_WITH_ATTRIBUTE,
    LINK,
    FIFO,
    HARD_LINK,
    WHITEOUT,
    OPAQUE
  }

  /**
   * A request for an entry. A writer adapts it if it isn't possible.
   *
   * @param prefix stands before the path, and doesn't change where it leads
   * @param names the parts of its path; a path ends early at what is no directory, unless odd
   * @param target where a link leads
   * @param choice selects one of the existing entries
   * @param owner the user ID; the group ID is a tenth of it
   * @param second the time
   */
  public record Wish(
      Kind kind,
      String prefix,
      List<String> names,
      int mode,
      String target,
      int choice,
      int owner,
      long second,
      boolean odd) {}

  /**
   * All images.
   *
   * @param outside a directory that some links lead to, and that must not change
   */
  public static Arbitrary<GeneratedLayers> images(Path outside) {
    List<String> targets =
        Stream.concat(TARGETS.stream(), Stream.of("" + outside, "../../../../.." + outside))
            .toList();
    Arbitrary<Wish> wishes =
        Combinators.combine(
                Arbitraries.frequencyOf(
                    Tuple.of(3, Arbitraries.just(Kind.DIRECTORY)),
                    Tuple.of(9, Arbitraries.of(Kind.class))),
                Arbitraries.of(PREFIXES),
                Arbitraries.of(NAMES).list().ofMinSize(1).ofMaxSize(3),
                Arbitraries.of(MODES),
                Arbitraries.of(targets),
                Arbitraries.integers().between(0, 100),
                Arbitraries.of(0, 1, 1000, 65_534),
                // Also after 2038, and sometimes before 1970.
                Arbitraries.frequencyOf(
                    Tuple.of(ODD * 4 - 1, Arbitraries.longs().between(0, 3_000_000_000L)),
                    Tuple.of(1, Arbitraries.longs().between(-1_000_000, -1).withoutEdgeCases())))
            .flatAs(
                (kind, prefix, names, mode, target, choice, owner, second) ->
                    Arbitraries.frequency(Tuple.of(ODD - 1, false), Tuple.of(1, true))
                        .withoutEdgeCases()
                        .map(
                            odd ->
                                new Wish(
                                    kind, prefix, names, mode, target, choice, owner, second,
                                    odd)));
    return wishes
        .list()
        .ofMinSize(1)
        .ofMaxSize(ENTRIES)
        .list()
        .ofMinSize(1)
        .ofMaxSize(LAYERS)
        .map(GeneratedLayers::new);
  }

  /** The archives. The same wishes make the same archives. */
  public List<LayerTar> tars() {
    Map<String, Kind> below = new TreeMap<>();
    List<LayerTar> tars = new ArrayList<>();
    for (List<Wish> wishes : layers) {
      Writer writer = new Writer(Map.copyOf(below), !tars.isEmpty());
      wishes.forEach(writer::add);
      tars.add(writer.tar);
      below.putAll(writer.kinds);
    }
    return tars;
  }

  /** Makes one layer, usually one that a daemon accepts. */
  private static final class Writer {
    private final LayerTar tar = new LayerTar();

    /** The type of each path that this layer has made. */
    private final Map<String, Kind> kinds = new TreeMap<>();

    /** The type of each path after the layers below. */
    private final Map<String, Kind> below;

    private final boolean overOthers;

    Writer(Map<String, Kind> below, boolean overOthers) {
      this.below = below;
      this.overOthers = overOthers;
    }

    void add(Wish wish) {
      tar.owner(wish.owner, wish.owner / 10);
      tar.modified(Instant.ofEpochSecond(wish.second));
      String path = path(wish);
      boolean free = !kinds.containsKey(path);
      // A daemon usually refuses to replace a directory, or to hide what doesn't exist.
      boolean directory = kinds.get(path) == Kind.DIRECTORY && !wish.odd;
      String entry = wish.prefix + path;
      switch (directory ? Kind.DIRECTORY : wish.kind) {
        case DIRECTORY, OPAQUE -> {
          tar.directory(entry, wish.mode);
          if (wish.kind == Kind.OPAQUE && overOthers) {
            tar.opaque(path);
          }
          put(path, Kind.DIRECTORY);
        }
        case FILE -> {
          tar.file(entry, wish.mode, path.repeat(wish.choice % 9));
          put(path, Kind.FILE);
        }
        case FILE_WITH_ATTRIBUTE -> {
          String attribute = ATTRIBUTES.get(wish.choice % ATTRIBUTES.size());
          tar.file(entry, wish.mode, new byte[wish.choice], Map.of(attribute, "x"));
          put(path, Kind.FILE);
        }
        case LINK -> {
          tar.symlink(entry, wish.target);
          put(path, Kind.LINK);
        }
        case FIFO -> {
          tar.fifo(entry, wish.mode);
          put(path, Kind.FIFO);
        }
        case HARD_LINK -> {
          List<String> files =
              kinds.keySet().stream().filter(name -> kinds.get(name) == Kind.FILE).toList();
          if (wish.odd) {
            tar.hardLink(entry, wish.target);
          } else if (!files.isEmpty() && free) {
            tar.hardLink(entry, files.get(wish.choice % files.size()));
            put(path, Kind.FILE);
          }
        }
        case WHITEOUT -> {
          if (free && overOthers) {
            tar.whiteout(path);
            put(path, Kind.WHITEOUT);
          }
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

    /** The path, cut before a part that is no directory, unless the wish is odd. */
    private String path(Wish wish) {
      String path = wish.names.getFirst();
      for (String name : wish.names.subList(1, wish.names.size())) {
        boolean isDirectory =
            kinds.getOrDefault(path, Kind.DIRECTORY) == Kind.DIRECTORY
                && below.getOrDefault(path, Kind.DIRECTORY) == Kind.DIRECTORY;
        if (!isDirectory && !wish.odd) {
          break;
        }
        path += "/" + name;
      }
      return path;
    }
  }
}
