package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.resolver.Platform;
import java.util.Optional;

/**
 * What of an image belongs to its graph.
 *
 * @param extent how much below the root
 * @param platform which manifest is chosen, where one is
 * @param config whether the configuration of the chosen manifest is read
 * @param foreignLayers whether layers that are not to be distributed belong to it
 * @param referrers whether what refers to the image belongs to it
 */
public record Selection(
    Extent extent,
    PlatformChoice platform,
    boolean config,
    boolean foreignLayers,
    boolean referrers) {

  /** How much of an image below its root. */
  enum Extent {
    /** The chosen manifest, and the indexes that lead to it. */
    PATH,
    /** The chosen manifest, which becomes the root. */
    MANIFEST,
    /** The root and all documents below it. */
    ALL,
    /** The root, and the chosen one of the images below it that the source has. */
    PRESENT
  }

  /**
   * For a pull: the root stays the root.
   *
   * @param all whether the content of all platforms belongs to it
   * @param unpack whether the chosen platform's layers are unpacked
   */
  public static Selection toPull(
      Optional<Platform> platform, boolean all, boolean unpack, boolean referrers) {
    return new Selection(
        all ? Extent.ALL : Extent.PATH, PlatformChoice.of(platform), unpack, true, referrers);
  }

  /** For a push or a copy: all platforms, or the one that was asked for as the root. */
  public static Selection toPush(
      Optional<Platform> platform, boolean foreignLayers, boolean referrers) {
    return new Selection(
        platform.isPresent() ? Extent.MANIFEST : Extent.ALL,
        PlatformChoice.of(platform),
        false,
        foreignLayers,
        referrers);
  }

  /** For a container: of the images that are there, the one for the platform, or the only one. */
  public static Selection toRun(Optional<Platform> platform) {
    return new Selection(Extent.PRESENT, PlatformChoice.of(platform), true, true, false);
  }
}
