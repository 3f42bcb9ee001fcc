package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which of an image's platforms is chosen.
 *
 * @param platform what the image has to run on
 * @param asked whether the user named that platform; otherwise it is this machine's
 */
public record PlatformChoice(Platform platform, boolean asked) {

  /** The platform that the user named, or this machine's. */
  public static PlatformChoice of(Optional<Platform> asked) {
    return new PlatformChoice(asked.orElseGet(Platform::current), asked.isPresent());
  }

  /**
   * The children of an index that may lead to an image for the platform, the best first: those that
   * state a platform, in the order in which it runs them, then those that state none. A child of an
   * unknown media type is passed over, as the image specification asks for ("Image Index").
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
   * The index of the best of several images, by what they were built for: the best of those that
   * say it, else the first that doesn't, else the only one where the user named no platform.
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

  /** Whether an image that was built for some platform runs on this one. */
  public boolean runs(Platform builtFor) {
    return platform.best(List.of(builtFor)).isPresent();
  }

  /**
   * Compares what an image was built for with the choice, where the image is what the user named
   * and not one of several.
   *
   * @return warnings, a line each: the image is for another platform than this machine's
   * @throws ImageException if the user asked for another operating system or processor. Variants of
   *     a processor never contradict, because many configurations leave them out
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
