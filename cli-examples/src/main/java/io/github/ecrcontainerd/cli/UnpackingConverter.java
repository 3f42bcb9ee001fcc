package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.Unpacking;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --unpack}. */
final class UnpackingConverter implements ITypeConverter<Unpacking> {

  @Override
  public Unpacking convert(String text) {
    return switch (text) {
      case "auto" -> Unpacking.AUTO;
      case "daemon" -> Unpacking.DAEMON;
      case "direct" -> Unpacking.DIRECT;
      default -> throw new TypeConversionException("it is auto, daemon or direct, not " + text);
    };
  }
}
