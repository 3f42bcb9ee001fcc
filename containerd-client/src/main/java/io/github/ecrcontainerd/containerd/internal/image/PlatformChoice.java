package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Chooses one of an image's platforms.
 *
 * @param platform the platform that the image has to run on
 * @param asked whether the user named that platform; otherwise it is this machine's
 */
public record PlatformChoice(Platform platform, boolean asked) {

  /** Returns the choice of the user's platform, or of this machine's. */
  public static PlatformChoice of(Optional<Platform> asked) {
    return new PlatformChoice(asked.orElseGet(Platform::current), asked.isPresent());
  }

  /**
   * Returns the children of an index that may contain an image for the platform, the best first:
   * those with a stated platform, in order of preference, then those without one. Children of an
   * unknown media type are skipped, as the image specification requires ("Image Index").
   */
  List<Descriptor> candidates(List<Descriptor> children) {
    List<Descriptor> stated = new ArrayList<>();
    List<Descriptor> silent = new ArrayList<>();
    for (Descriptor child : children) {
      if (Children.isDocument(child)) {
        (child.platform().isPresent() ? stated : silent).add(child);
      }
    }
    List<Descriptor> candidates = new ArrayList<>();
    Optional<Integer> best = best(stated);
    while (best.isPresent()) {
      candidates.add(stated.remove((int) best.get()));
      best = best(stated);
    }
    candidates.addAll(silent);
    return candidates;
  }

  private Optional<Integer> best(List<Descriptor> stated) {
    return platform.best(stated.stream().map(child -> child.platform().orElseThrow()).toList());
  }

  /**
   * Returns the index of the best of several images: the best one with a stated platform, else the
   * first one without, else the only image if the user named no platform.
   */
  Optional<Integer> bestOf(List<Optional<Platform>> builtFor) {
    List<Integer> stated =
        IntStream.range(0, builtFor.size())
            .filter(i -> builtFor.get(i).isPresent())
            .boxed()
            .toList();
    Optional<Integer> best =
        platform
            .best(stated.stream().map(i -> builtFor.get(i).orElseThrow()).toList())
            .map(stated::get);
    int silent = builtFor.indexOf(Optional.<Platform>empty());
    boolean onlyOne = !asked && builtFor.size() == 1;
    return best.or(() -> silent >= 0 ? Optional.of(silent) : Optional.empty())
        .or(() -> onlyOne ? Optional.of(0) : Optional.empty());
  }

  /** Whether an image for the given platform runs on the chosen one. */
  public boolean runs(Platform builtFor) {
    return platform.best(List.of(builtFor)).isPresent();
  }

  /**
   * Compares the platform of an image with the chosen one. For an image that the user named
   * directly, not one of an index.
   *
   * @return warnings, one line each: the image is for another platform
   * @throws ImageException if the user named another operating system or architecture. Variants of
   *     an architecture are not compared, because many configurations omit them
   */
  public List<String> check(String imageName, Platform builtFor) {
    if (runs(builtFor)) {
      return List.of();
    }
    boolean sameKind =
        platform.os().equals(builtFor.os())
            && platform.architecture().equals(builtFor.architecture());
    if (asked && !sameKind) {
      throw new ImageException(
          ImageException.Code.NO_PLATFORM,
          imageName,
          null,
          "%s has no image for %s; it has %s. Choose that as the platform"
              .formatted(imageName, platform, builtFor),
          null);
    }
    return List.of("%s is for %s; it may not run on %s".formatted(imageName, builtFor, platform));
  }
}
