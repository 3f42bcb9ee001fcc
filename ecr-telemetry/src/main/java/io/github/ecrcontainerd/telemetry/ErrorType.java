package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.ResolverException;

/** The values of the attribute {@code error.type}. */
final class ErrorType {
  /** The attribute's name, by OpenTelemetry's semantic conventions. */
  static final String KEY = "error.type";

  private ErrorType() {}

  /** The code of an exception that has one, such as {@code NOT_FOUND}; else the class's name. */
  static String of(Throwable failure) {
    return switch (failure) {
      case ResolverException e -> e.code().name();
      case ImageException e -> e.code().name();
      case ContainerdException e -> e.code().name();
      default -> failure.getClass().getName();
    };
  }
}
