package io.github.ecrcontainerd.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Gives a reader of input from outside many inputs, and checks that each is accepted, or refused
 * with one clear error, within bounds of time, memory and output. {@code -Dfuzz.tries=N} sets how
 * many inputs, {@code -Dfuzz.seed=N} the seed: with the same seed they are the same ones.
 */
public final class Fuzz {
  private static final int TRIES = Integer.getInteger("fuzz.tries", 2000);
  private static final long SEED = Long.getLong("fuzz.seed", 15);

  /** The longest message of an error, in characters. */
  private static final int LONGEST_MESSAGE = 3000;

  private static final int LONGEST_SHOWN = 20_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Class<? extends Exception> refusal;
  private final int tries;
  private final Duration longest;
  private final long mostBytes;

  private final boolean mayBeOneSided;

  private Fuzz(
      Class<? extends Exception> refusal,
      int tries,
      Duration longest,
      long mostBytes,
      boolean mayBeOneSided) {
    this.mayBeOneSided = mayBeOneSided;
    this.refusal = refusal;
    this.tries = tries;
    this.longest = longest;
    this.mostBytes = mostBytes;
  }

  /** Reads one input. */
  @FunctionalInterface
  public interface Parser {
    void parse(byte[] input) throws Exception;
  }

  /** Uses something whose peer is hostile. */
  @FunctionalInterface
  public interface Use {
    void run() throws Exception;
  }

  /**
   * A check with one exception as the refusal. One input may take 5 s and allocate 32 MiB.
   *
   * @param refusal the exception that says that an input is refused
   */
  public static Fuzz refusedBy(Class<? extends Exception> refusal) {
    return new Fuzz(refusal, TRIES, Duration.ofSeconds(5), 32L << 20, false);
  }

  /** The same with fewer inputs, for a slow reader: one of so many. */
  public Fuzz oneOf(int many) {
    return new Fuzz(refusal, Math.max(1, tries / many), longest, mostBytes, mayBeOneSided);
  }

  /** The same with another time limit for one input. */
  public Fuzz within(Duration time) {
    return new Fuzz(refusal, tries, time, mostBytes, mayBeOneSided);
  }

  /**
   * The same with another memory limit for one input.
   *
   * @param bytes how many bytes all threads of this JVM together may allocate meanwhile
   */
  public Fuzz allocating(long bytes) {
    return new Fuzz(refusal, tries, longest, bytes, mayBeOneSided);
  }

  /** The same for a reader that accepts each input, or refuses each. */
  public Fuzz oneSided() {
    return new Fuzz(refusal, tries, longest, mostBytes, true);
  }

  /**
   * Checks that the reader accepts each input, or refuses it as said, with a message of one line
   * without control characters. Some have to be accepted, and some refused.
   */
  public void check(Arbitrary<byte[]> inputs, Parser parser) {
    int[] refused = {0};
    JqwikSession.run(
        () -> {
          RandomGenerator<byte[]> generator = inputs.generator(tries, true);
          Random random = new Random(SEED);
          for (int i = 0; i < tries; i++) {
            if (isRefused(generator.next(random).value(), parser, i)) {
              refused[0]++;
            }
          }
        });
    if (tries > 100 && !mayBeOneSided && (refused[0] == 0 || refused[0] == tries)) {
      throw new AssertionError("%d of %d were refused".formatted(refused[0], tries));
    }
  }

  /** Checks that one hostile input is refused as said. */
  public void refuses(Use use) {
    if (!isRefused(new byte[0], input -> use.run(), 0)) {
      throw new AssertionError("it was not refused");
    }
  }

  /** Checks that one input is accepted within the bounds. */
  public void accepts(Use use) {
    if (isRefused(new byte[0], input -> use.run(), 0)) {
      throw new AssertionError("it was refused");
    }
  }

  private boolean isRefused(byte[] input, Parser parser, int number) {
    long begun = System.nanoTime();
    long before = THREADS.getTotalThreadAllocatedBytes();
    boolean refused = false;
    try {
      parser.parse(input);
    } catch (Throwable e) {
      refused = true;
      String message = String.valueOf(e.getMessage());
      if (!refusal.isInstance(e)
          || message.length() > LONGEST_MESSAGE
          || message.chars().anyMatch(each -> each < ' ' || (each >= 0x7f && each < 0xa0))) {
        throw new AssertionError(failed(input, number, "was not refused by one clear error"), e);
      }
    }
    Duration time = Duration.ofNanos(System.nanoTime() - begun);
    long allocated = THREADS.getTotalThreadAllocatedBytes() - before;
    if (time.compareTo(longest) > 0) {
      throw new AssertionError(failed(input, number, "took " + time));
    }
    if (allocated > mostBytes) {
      throw new AssertionError(failed(input, number, "took %,d bytes".formatted(allocated)));
    }
    return refused;
  }

  private static String failed(byte[] input, int number, String what) {
    String hex = HexFormat.of().formatHex(input, 0, Math.min(input.length, LONGEST_SHOWN));
    return "-Dfuzz.seed=%d, input %d of %d bytes %s: %s"
        .formatted(SEED, number, input.length, what, hex);
  }

  /** Texts as inputs. */
  public static List<byte[]> bytes(String... texts) {
    return Arrays.stream(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
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
          byte[] text = word.getBytes(StandardCharsets.UTF_8);
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
