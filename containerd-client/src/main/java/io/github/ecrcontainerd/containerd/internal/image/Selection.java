package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.resolver.Platform;
import java.util.Optional;

/**
 * The parts of an image that belong to its graph.
 *
 * @param extent the documents below the root
 * @param platform the platform of the chosen manifest, if one is chosen
 * @param config whether the configuration of the chosen manifest is read
 * @param foreignLayers whether non-distributable layers belong to it
 * @param referrers whether the image's referrers belong to it
 */
public record Selection(
    Extent extent,
    PlatformChoice platform,
    boolean config,
    boolean foreignLayers,
    boolean referrers) {

  /** The documents of an image below its root. */
  enum Extent {
    /** The chosen manifest, and the indexes that lead to it. */
    PATH,
    /** The chosen manifest, which becomes the root. */
    MANIFEST,
    /** The root and all documents below it. */
    ALL,
    /** The root, and one image, chosen from those below it that the source has. */
    PRESENT
  }

  /**
   * Returns the selection for a pull: the root stays the root.
   *
   * @param all whether the content of all platforms belongs to it
   * @param unpack whether the chosen platform's layers are unpacked
   */
  public static Selection toPull(
      Optional<Platform> platform, boolean all, boolean unpack, boolean referrers) {
    return new Selection(
        all ? Extent.ALL : Extent.PATH, PlatformChoice.of(platform), unpack, true, referrers);
  }

  /**
   * Returns the selection for a push or a copy: all platforms, or the requested one as the root.
   */
  public static Selection toPush(
      Optional<Platform> platform, boolean foreignLayers, boolean referrers) {
    return new Selection(
        platform.isPresent() ? Extent.MANIFEST : Extent.ALL,
        PlatformChoice.of(platform),
        false,
        foreignLayers,
        referrers);
  }

  /**
   * Returns the selection for a container: of the images in the content store, the one for the
   * platform, or the only one.
   */
  public static Selection toRun(Optional<Platform> platform) {
    return new Selection(Extent.PRESENT, PlatformChoice.of(platform), true, true, false);
  }
}
