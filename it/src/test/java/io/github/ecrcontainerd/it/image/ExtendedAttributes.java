package io.github.ecrcontainerd.it.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The extended attributes of a file in all namespaces (xattr(7)). The JDK reads only those of
 * {@code user.}.
 */
final class ExtendedAttributes {
  private static final long LARGEST = 64 << 10; // XATTR_SIZE_MAX and XATTR_LIST_MAX of Linux

  /** {@code ssize_t llistxattr(const char *path, char *list, size_t size)} */
  private static final MethodHandle LLISTXATTR =
      bind(
          "llistxattr",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));

  /** {@code ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)} */
  private static final MethodHandle LGETXATTR =
      bind(
          "lgetxattr",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));

  private ExtendedAttributes() {}

  /** The values in hex digits, by name. */
  static Map<String, String> of(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = arena.allocateFrom(path.toString());
      MemorySegment list = arena.allocate(LARGEST);
      SortedMap<String, String> attributes = new TreeMap<>();
      long length = (long) LLISTXATTR.invokeExact(file, list, LARGEST);
      if (length < 0) {
        throw new IOException("llistxattr fails for " + path);
      }
      for (long offset = 0; offset < length; ) {
        String name = list.getString(offset);
        attributes.put(name, value(arena, file, name, path));
        offset += name.getBytes(StandardCharsets.UTF_8).length + 1;
      }
      return attributes;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static String value(Arena arena, MemorySegment file, String name, Path path)
      throws Throwable {
    MemorySegment value = arena.allocate(LARGEST);
    long length = (long) LGETXATTR.invokeExact(file, arena.allocateFrom(name), value, LARGEST);
    if (length < 0) {
      throw new IOException("lgetxattr fails for " + name + " of " + path);
    }
    return HexFormat.of().formatHex(value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  @SuppressWarnings("restricted") // The tests run with --enable-native-access.
  private static MethodHandle bind(String function, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), type);
  }
}
