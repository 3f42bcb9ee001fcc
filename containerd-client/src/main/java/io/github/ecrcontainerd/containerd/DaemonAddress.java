package io.github.ecrcontainerd.containerd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The address of containerd's socket, as given by the user or found in the environment. */
final class DaemonAddress {
  private static final String VARIABLE = "CONTAINERD_ADDRESS";
  private static final String UNIX = "unix://";

  /** {@code tcp://}, and also {@code unix:/}, which would be parsed as a path. */
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*");

  private static final Path USUAL = Path.of("/run/containerd/containerd.sock");

  private DaemonAddress() {}

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is empty, or not a path with or without {@code unix://}
   */
  static Path parse(String address) {
    String path = address.startsWith(UNIX) ? address.substring(UNIX.length()) : address;
    if (path.isBlank() || SCHEME.matcher(path).matches()) {
      throw new IllegalArgumentException(
          "Not the address of a containerd: \"%s\". It is the path of its socket, with or without %s"
              .formatted(address, UNIX));
    }
    return Path.of(path);
  }

  /**
   * Returns the address that the environment names, or else the address of this user's containerd:
   * {@link ContainerdClient#connect()}.
   *
   * @throws IllegalArgumentException if the environment's value is not an address
   */
  static Path find(Map<String, String> environment) {
    String named = environment.get(VARIABLE);
    if (named != null) {
      try {
        return parse(named);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(VARIABLE + ": " + e.getMessage(), e);
      }
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return runtime.isEmpty() || isRoot() ? USUAL : rootless(Path.of(runtime)).orElse(USUAL);
  }

  /**
   * The socket of a rootless containerd. Nerdctl's start script binds the first directory to {@code
   * /run/containerd}, and containerd's own guide configures it there. A socket at the usual path is
   * inside RootlessKit's mount namespace and is reachable through {@code /proc/<child>/root}.
   *
   * @param runtime the user's {@code XDG_RUNTIME_DIR}
   */
  static Optional<Path> rootless(Path runtime) {
    Path own = runtime.resolve("containerd/containerd.sock");
    return Files.exists(own)
        ? Optional.of(own)
        : rootlessKitChild(runtime.resolve("containerd-rootless/child_pid"))
            .map(child -> Path.of("/proc", child, "root").resolve(Path.of("/").relativize(USUAL)))
            .filter(Files::exists);
  }

  private static Optional<String> rootlessKitChild(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(pid -> pid.matches("[0-9]+"));
    } catch (IOException e) {
      return Optional.empty(); // No rootless containerd.
    }
  }

  /** Java has no call for this; the owner of {@code /proc/self} is the process's user. */
  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return true; // Not Linux, so no containerd: connecting to the usual path fails.
    }
  }
}
