package io.github.ecrcontainerd.resolver;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The platform that an image runs on: {@code linux/amd64}, {@code linux/arm/v7}, {@code
 * windows(10.0.17763)/amd64}. Names are Go's (GOOS, GOARCH), as the OCI image index requires, in
 * the normal form that containerd uses: {@code x86_64} is {@code amd64}, {@code aarch64} and {@code
 * arm64/v8} are {@code arm64}, {@code arm} is {@code arm/v7}.
 *
 * <p>The constructor accepts any names, because an index may have entries for platforms that this
 * class doesn't know, such as {@code unknown/unknown}. {@link #parse} accepts only known names.
 *
 * @param os the operating system
 * @param architecture the processor
 * @param variant the processor's variant, {@code ""} for the usual one
 * @param osVersion the Windows build, {@code ""} on other systems
 */
public record Platform(String os, String architecture, String variant, String osVersion) {
  /** Go's GOOS (go/build/syslist.go), and Docker's name for WebAssembly. */
  private static final Set<String> KNOWN_OS =
      known(
          "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9"
              + " solaris wasi wasip1 windows zos");

  /** Go's GOARCH (go/build/syslist.go), and Docker's name for WebAssembly. */
  private static final Set<String> KNOWN_ARCHITECTURES =
      known(
          "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le"
              + " mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64"
              + " wasm wasm32");

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern OS =
      Pattern.compile("(?<os>[A-Za-z0-9_-]+)(?:\\((?<version>[A-Za-z0-9_.-]*)\\))?");
  private static final Pattern NUMBERED = Pattern.compile("v([1-9])");
  private static final Pattern ARM64 = Pattern.compile("v([89])(?:\\.([0-9]))?");

  public Platform {
    os = os.toLowerCase(Locale.ROOT);
    architecture = architecture.toLowerCase(Locale.ROOT);
    variant = variant.toLowerCase(Locale.ROOT);
    if (os.equals("macos")) {
      os = "darwin";
    }
    switch (architecture) {
      case "x86_64", "x86-64" -> architecture = "amd64";
      case "i386", "i486", "i586", "i686" -> architecture = "386";
      case "aarch64" -> architecture = "arm64";
      case "armhf" -> {
        architecture = "arm";
        variant = "v7";
      }
      case "armel" -> {
        architecture = "arm";
        variant = "v6";
      }
      default -> {}
    }
    if (variant.matches("[0-9](\\.[0-9])?")) {
      variant = "v" + variant;
    }
    variant =
        switch (architecture) {
          case "amd64" -> variant.equals("v1") ? "" : variant;
          case "arm64" ->
              switch (variant) {
                case "v8", "v8.0" -> "";
                case "v9.0" -> "v9";
                default -> variant;
              };
          case "arm" -> variant.isEmpty() ? "v7" : variant;
          case "386" -> "";
          default -> variant;
        };
  }

  private static Set<String> known(String names) {
    return Set.of(names.split(" "));
  }

  public static Platform of(String os, String architecture) {
    return new Platform(os, architecture, "", "");
  }

  /**
   * Parses {@code os[(version)]/architecture[/variant]}, an architecture alone (with Linux), or an
   * operating system alone (with this machine's architecture).
   *
   * @throws IllegalArgumentException if it is none of these, or the operating system or
   *     architecture is unknown; the message lists the known ones
   */
  public static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    Matcher first = OS.matcher(parts[0]);
    if (!first.matches()
        || !Stream.of(parts).skip(1).allMatch(part -> WORD.matcher(part).matches())) {
      throw malformed(text);
    }
    String os = first.group("os");
    String version = Optional.ofNullable(first.group("version")).orElse("");
    return switch (parts.length) {
      case 1 -> ofOne(text, os, version);
      case 2 -> checked(text, new Platform(os, parts[1], "", version));
      case 3 -> checked(text, new Platform(os, parts[1], parts[2], version));
      default -> throw malformed(text);
    };
  }

  private static Platform ofOne(String text, String name, String version) {
    Platform ofThisMachine = new Platform(name, current().architecture, current().variant, version);
    if (KNOWN_OS.contains(ofThisMachine.os)) {
      return ofThisMachine;
    }
    if (!version.isEmpty()) {
      throw unknown(text, "operating system", KNOWN_OS);
    }
    return checked(text, of("linux", name));
  }

  private static Platform checked(String text, Platform platform) {
    if (!KNOWN_OS.contains(platform.os)) {
      throw unknown(text, "operating system", KNOWN_OS);
    }
    if (!KNOWN_ARCHITECTURES.contains(platform.architecture)) {
      throw unknown(text, "architecture", KNOWN_ARCHITECTURES);
    }
    return platform;
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "Not a platform: "
            + Quoted.of(text)
            + " (a platform is os/architecture[/variant], for example linux/arm64)");
  }

  private static IllegalArgumentException unknown(String text, String what, Set<String> known) {
    return new IllegalArgumentException(
        "Not a platform: %s has an unknown %s (known are %s)"
            .formatted(Quoted.of(text), what, String.join(", ", new TreeSet<>(known))));
  }

  /**
   * The platform of this machine's containers, which is Linux on every system. The variant is the
   * highest that the processor runs: {@code linux/amd64/v3}.
   */
  public static Platform current() {
    return ThisMachine.PLATFORM;
  }

  /** Read once: a machine's processor doesn't change. */
  private static final class ThisMachine {
    static final Platform PLATFORM = read();

    private static Platform read() {
      Platform any = of("linux", System.getProperty("os.arch"));
      String variant = CpuVariant.ofThisMachine(any.architecture);
      return new Platform(any.os, any.architecture, variant, "");
    }
  }

  /**
   * Chooses the best of several platforms to run on this one: an equal platform first, then others
   * that the processor runs, newest first (an {@code arm64} runs {@code arm/v7}, an {@code
   * amd64/v3} runs {@code amd64} and {@code 386}). Of several Windows builds, it chooses the
   * highest. The order is that of containerd's {@code platforms.Only}.
   *
   * @return the index in the list, or empty if none of them runs on this platform
   */
  public Optional<Integer> best(List<Platform> offered) {
    return understood()
        .flatMap(
            wanted ->
                IntStream.range(0, offered.size())
                    .filter(i -> wanted.runs(offered.get(i)))
                    .boxed()
                    // The sort is stable: the first of equal ones wins.
                    .sorted(
                        Comparator.comparing(
                            i -> offered.get(i).windowsBuild(), Comparator.reverseOrder()))
                    .limit(1))
        .findFirst();
  }

  private boolean runs(Platform other) {
    return os.equals(other.os)
        && architecture.equals(other.architecture)
        && variant.equals(other.variant)
        && (other.osVersion.isEmpty() || windowsBuild().runs(other.windowsBuild()));
  }

  /** Empty on other systems than Windows, where the version has no meaning. */
  private WindowsBuild windowsBuild() {
    return WindowsBuild.of(os.equals("windows") ? osVersion : "");
  }

  /** All platforms whose programs run on this one, the closest first. */
  private Stream<Platform> understood() {
    List<Platform> all = new ArrayList<>();
    all.add(this);
    switch (architecture) {
      case "amd64" -> {
        for (int v = number() - 1; v >= 1; v--) {
          all.add(with("amd64", "v" + v));
        }
        all.add(with("386", ""));
      }
      case "arm" -> addOlderArm(all, number() - 1);
      case "arm64" -> addOlderArm64(all);
      default -> {}
    }
    return all.stream();
  }

  private Platform with(String otherArchitecture, String otherVariant) {
    return new Platform(os, otherArchitecture, otherVariant, osVersion);
  }

  private void addOlderArm(List<Platform> all, int newest) {
    for (int v = newest; v >= 5; v--) {
      all.add(with("arm", "v" + v));
    }
  }

  /** ARMv9.x has all of v8.(x+5) (Arm Architecture Reference Manual, "A-profile extensions"). */
  private void addOlderArm64(List<Platform> all) {
    Matcher version = ARM64.matcher(variant.isEmpty() ? "v8" : variant);
    if (version.matches()) {
      int minor = version.group(2) == null ? 0 : Integer.parseInt(version.group(2));
      if (version.group(1).equals("9")) {
        for (int m = minor - 1; m >= 0; m--) {
          all.add(with("arm64", "v9." + m));
        }
        minor = Math.min(minor + 5, 9) + 1;
      }
      for (int m = minor - 1; m >= 0; m--) {
        all.add(with("arm64", "v8." + m));
      }
    }
    addOlderArm(all, 8);
  }

  private int number() {
    var numbered = NUMBERED.matcher(variant);
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 1;
  }

  /** {@code os[(version)]/architecture[/variant]}. */
  @Override
  public String toString() {
    return Stream.of(osVersion.isEmpty() ? os : os + "(" + osVersion + ")", architecture, variant)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("/"));
  }
}
