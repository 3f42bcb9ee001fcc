package io.github.ecrcontainerd.containerd.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** A native library that this machine may have. It stays loaded. */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class NativeLibrary {
  private final SymbolLookup symbols;

  private NativeLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /**
   * Loads a library from the search path of the system's linker (ld.so(8)).
   *
   * @param name the name with the version of its binary interface: {@code libc.so.6}
   */
  static Optional<NativeLibrary> find(String name) {
    if (!NativeAccess.isAllowed()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new NativeLibrary(SymbolLookup.libraryLookup(name, Arena.global())));
    } catch (IllegalArgumentException notThere) {
      return Optional.empty();
    }
  }

  NativeFunction function(String name) {
    return NativeFunction.of(symbols, name);
  }
}
