package io.github.ecrcontainerd.resolver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What an image runs on: {@code linux/amd64}, {@code linux/arm/v7}. Names are Go's (GOOS, GOARCH),
 * as the OCI image index asks for, and in the normal form that containerd uses: {@code x86_64} is
 * {@code amd64}, {@code aarch64} and {@code arm64/v8} are {@code arm64}, {@code arm} is {@code
 * arm/v7}.
 *
 * @param os the operating system
 * @param architecture the processor
 * @param variant the processor's variant, {@code ""} for the usual one
 * @param osVersion a Windows build, {@code ""} elsewhere
 */
public record Platform(String os, String architecture, String variant, String osVersion) {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern NUMBERED = Pattern.compile("v([1-9])");

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
    if (variant.matches("[0-9]")) {
      variant = "v" + variant;
    }
    variant =
        switch (architecture) {
          case "amd64" -> variant.equals("v1") ? "" : variant;
          case "arm64" -> variant.equals("v8") ? "" : variant;
          case "arm" -> variant.isEmpty() ? "v7" : variant;
          case "386" -> "";
          default -> variant;
        };
  }

  public static Platform of(String os, String architecture) {
    return new Platform(os, architecture, "", "");
  }

  /**
   * Reads {@code os/architecture[/variant]}, or an architecture alone, which is then Linux's.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    for (String part : parts) {
      if (!WORD.matcher(part).matches()) {
        throw malformed(text);
      }
    }
    return switch (parts.length) {
      case 1 -> of("linux", parts[0]);
      case 2 -> of(parts[0], parts[1]);
      case 3 -> new Platform(parts[0], parts[1], parts[2], "");
      default -> throw malformed(text);
    };
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "Not a platform: "
            + Quoted.of(text)
            + " (a platform is os/architecture[/variant], for example linux/arm64)");
  }

  /** The platform of this machine: Linux's containers on every system. */
  public static Platform current() {
    return of("linux", System.getProperty("os.arch"));
  }

  /**
   * The best of several platforms for this one to run: its own first, then what its processor also
   * understands, newest first (an {@code arm64} runs {@code arm/v7}, an {@code amd64/v3} runs
   * {@code amd64} and {@code 386}). The order is that of containerd's {@code platforms.Only}.
   *
   * @return the index in the list, or empty where none of them runs here
   */
  public Optional<Integer> best(List<Platform> offered) {
    return understood()
        .flatMap(
            wanted ->
                IntStream.range(0, offered.size())
                    .filter(i -> offered.get(i).isThe(wanted))
                    .boxed()
                    .limit(1))
        .findFirst();
  }

  private boolean isThe(Platform other) {
    return os.equals(other.os)
        && architecture.equals(other.architecture)
        && variant.equals(other.variant)
        && (other.osVersion.isEmpty() || osVersion.equals(other.osVersion));
  }

  /** Every platform whose programs run on this one, the closest first. */
  private Stream<Platform> understood() {
    List<Platform> all = new ArrayList<>();
    all.add(this);
    switch (architecture) {
      case "amd64" -> {
        for (int v = number() - 1; v >= 1; v--) {
          all.add(new Platform(os, "amd64", "v" + v, osVersion));
        }
        all.add(new Platform(os, "386", "", osVersion));
      }
      case "arm" -> addOlderArm(all, number() - 1);
      case "arm64" -> {
        if (!variant.isEmpty()) {
          all.add(new Platform(os, "arm64", "", osVersion));
        }
        addOlderArm(all, 8);
      }
      default -> {}
    }
    return all.stream();
  }

  private void addOlderArm(List<Platform> all, int newest) {
    for (int v = newest; v >= 5; v--) {
      all.add(new Platform(os, "arm", "v" + v, osVersion));
    }
  }

  private int number() {
    var numbered = NUMBERED.matcher(variant);
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 1;
  }

  /** {@code os/architecture[/variant]}. */
  @Override
  public String toString() {
    return Stream.of(os, architecture, variant)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("/"));
  }
}
