package io.github.ecrcontainerd.containerd.fuzz;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Gives a parser many inputs. {@code -Dfuzz.tries=N} sets how many, {@code -Dfuzz.seed=N} the seed:
 * with the same seed they are the same ones.
 */
public final class Fuzz {
  private static final int TRIES = Integer.getInteger("fuzz.tries", 2000);
  private static final long SEED = Long.getLong("fuzz.seed", 15);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private Fuzz() {}

  /** Reads one input. */
  @FunctionalInterface
  public interface Parser {
    void parse(byte[] input) throws Exception;
  }

  /**
   * Checks that a parser accepts each input, or refuses it with one of these exceptions, a message
   * of one line without control characters, and within five seconds.
   */
  public static void check(
      Arbitrary<byte[]> inputs, Set<Class<? extends Exception>> refusals, Parser parser) {
    int[] refused = {0};
    JqwikSession.run(
        () -> {
          RandomGenerator<byte[]> generator = inputs.generator(TRIES, true);
          Random random = new Random(SEED);
          for (int i = 0; i < TRIES; i++) {
            Shrinkable<byte[]> next = generator.next(random);
            if (isRefused(next.value(), refusals, parser, i)) {
              refused[0]++;
            }
          }
        });
    if (refused[0] == 0 || refused[0] == TRIES) {
      throw new AssertionError("%d of %d were refused".formatted(refused[0], TRIES));
    }
  }

  private static boolean isRefused(
      byte[] input, Set<Class<? extends Exception>> refusals, Parser parser, int number) {
    long begun = System.nanoTime();
    boolean refused = false;
    try {
      parser.parse(input);
    } catch (Throwable e) {
      refused = true;
      String message = String.valueOf(e.getMessage());
      if (refusals.stream().noneMatch(type -> type.isInstance(e))
          || message.length() > 3000
          || message.chars().anyMatch(each -> each < ' ' || (each >= 0x7f && each < 0xa0))) {
        throw new AssertionError(
            "seed %d, input %d: %s".formatted(SEED, number, HexFormat.of().formatHex(input)), e);
      }
    }
    if (System.nanoTime() - begun > LONGEST.toNanos()) {
      throw new AssertionError("seed %d, input %d took too long".formatted(SEED, number));
    }
    return refused;
  }

  /** One of these inputs, or one with up to four changes of bytes, words, or lengths. */
  public static Arbitrary<byte[]> changed(List<byte[]> seeds, List<String> words) {
    Arbitrary<Change> change =
        Combinators.combine(
                Arbitraries.integers().between(0, 4),
                Arbitraries.doubles().between(0, 1),
                Arbitraries.integers().between(1, 64),
                Arbitraries.bytes(),
                Arbitraries.of(words))
            .as(Change::new);
    return Combinators.combine(Arbitraries.of(seeds), change.list().ofMaxSize(4))
        .as(
            (seed, changes) -> {
              byte[] bytes = seed.clone();
              for (Change each : changes) {
                bytes = each.of(bytes);
              }
              return bytes;
            });
  }

  private record Change(int kind, double place, int length, byte value, String word) {

    byte[] of(byte[] bytes) {
      int at = (int) (place * bytes.length);
      int end = Math.min(bytes.length, at + length);
      return switch (kind) {
        case 0 -> {
          byte[] other = bytes.clone();
          if (at < other.length) {
            other[at] = value;
          }
          yield other;
        }
        case 1 -> Arrays.copyOf(bytes, at);
        case 2 -> joined(bytes, at, new byte[0], end);
        case 3 -> joined(bytes, at, Arrays.copyOfRange(bytes, at, end), at);
        default -> {
          byte[] text = word.getBytes(java.nio.charset.StandardCharsets.UTF_8);
          yield joined(bytes, at, text, Math.min(bytes.length, at + text.length));
        }
      };
    }

    private static byte[] joined(byte[] bytes, int to, byte[] middle, int from) {
      byte[] all = Arrays.copyOf(bytes, to + middle.length + bytes.length - from);
      System.arraycopy(middle, 0, all, to, middle.length);
      System.arraycopy(bytes, from, all, to + middle.length, bytes.length - from);
      return all;
    }
  }
}
