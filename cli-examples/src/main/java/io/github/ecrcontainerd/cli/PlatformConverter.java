package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.resolver.Platform;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --platform}. */
final class PlatformConverter implements ITypeConverter<Platform> {

  @Override
  public Platform convert(String text) {
    try {
      return Platform.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
