package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Options for which parts of an image go to a registry. */
final class UploadOptions {
  private final Supplier<Optional<Platform>> platform;
  private final BooleanSupplier withReferrers;
  private final BooleanSupplier foreignLayers;

  /**
   * @param referrers the help text of {@code --with-referrers}
   */
  UploadOptions(Options options, String referrers) {
    platform =
        options.value(
            "--platform",
            "OS/ARCH",
            Platform::parse,
            "one of an index's images (default: the index with all of them)");
    withReferrers = options.flag("--with-referrers", referrers);
    foreignLayers =
        options.flag(
            "--allow-non-distributable-blobs",
            "also layers whose media type says that they are not to be distributed");
  }

  Optional<Platform> platform() {
    return platform.get();
  }

  boolean withReferrers() {
    return withReferrers.getAsBoolean();
  }

  PushOptions.Builder options() {
    PushOptions.Builder push =
        PushOptions.builder()
            .foreignLayers(foreignLayers.getAsBoolean())
            .withReferrers(withReferrers());
    platform().ifPresent(push::platform);
    return push;
  }
}
