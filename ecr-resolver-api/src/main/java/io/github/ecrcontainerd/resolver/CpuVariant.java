package io.github.ecrcontainerd.resolver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Determines the variant of a processor from the Linux kernel's {@code /proc/cpuinfo}: the level of
 * an x86-64 (x86-64 psABI, "Micro-Architecture Levels"), or the architecture version of an ARM. The
 * variant is the highest whose programs the processor runs.
 */
final class CpuVariant {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /**
   * The flags that each level adds to the one below, by the kernel's names: {@code pni} is SSE3,
   * {@code abm} is LZCNT. The kernel hides AVX and its extensions if it doesn't save their
   * registers (OSXSAVE).
   */
  private static final List<Set<String>> X86_64_LEVELS =
      List.of(
          Set.of("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"),
          Set.of("abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"),
          Set.of("avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"));

  /** {@code 7}, {@code 5TEJ}; {@link #ARM_REGISTER} also indicates an ARMv7. */
  private static final Pattern ARM_VERSION = Pattern.compile("([3-8])(t|te|tej|m)?");

  private static final Pattern ARM_REGISTER = Pattern.compile("\\?\\(1[2-7]\\)");

  private CpuVariant() {}

  /**
   * The variant of this machine's processor.
   *
   * @param architecture its architecture, in the normal form
   * @return {@code ""} if the kernel doesn't state it, or the architecture has no variants
   */
  static String ofThisMachine(String architecture) {
    try {
      return of(architecture, Files.readString(CPUINFO));
    } catch (IOException e) {
      // Not Linux, or /proc is hidden: assume the base variant, whose programs run on every
      // processor.
      return "";
    }
  }

  /** The variant of a processor, from its architecture and the content of {@code /proc/cpuinfo}. */
  static String of(String architecture, String cpuinfo) {
    return switch (architecture) {
      case "amd64" -> x86(cpuinfo);
      case "arm" -> arm(cpuinfo);
      default -> "";
    };
  }

  private static String x86(String cpuinfo) {
    Set<String> flags = Set.copyOf(Arrays.asList(field(cpuinfo, "flags").orElse("").split(" +")));
    int level = 1;
    for (Set<String> added : X86_64_LEVELS) {
      if (!flags.containsAll(added)) {
        break;
      }
      level++;
    }
    return "v" + level;
  }

  private static String arm(String cpuinfo) {
    String version = field(cpuinfo, "cpu architecture").orElse("");
    String model = field(cpuinfo, "model name").orElse("");
    if (version.equals("7") && model.startsWith("armv6-compatible")) {
      // The kernel reports 7 for the ARM1176 of the first Raspberry Pi, which is an ARMv6.
      return "v6";
    }
    if (version.equals("aarch64")) {
      return "v8";
    }
    if (ARM_REGISTER.matcher(version).matches()) {
      return "v7";
    }
    var numbered = ARM_VERSION.matcher(version);
    return numbered.matches() ? "v" + numbered.group(1) : "";
  }

  /** A field of the first processor, in lower case. All processors of a machine are alike. */
  private static Optional<String> field(String cpuinfo, String name) {
    return cpuinfo
        .lines()
        .map(line -> line.toLowerCase(Locale.ROOT).split(":", 2))
        .filter(parts -> parts.length == 2 && parts[0].strip().equals(name))
        .map(parts -> parts[1].strip())
        .findFirst();
  }
}
