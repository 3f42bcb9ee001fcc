package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Debian in a directory, with nothing but what every Debian has: a program that needs more fails
 * here. A program in it runs in a mount namespace that ends with it. It has this machine's network
 * and its kernel's file systems, but nothing of this machine's environment.
 */
public final class CleanDebian {
  private static final String ENTER =
      """
      root=$1 brought=$2
      shift 2
      mount -t proc proc "$root/proc"
      mount --rbind /dev "$root/dev"
      mount --bind "$brought" "$root/mnt"
      exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
      """;

  private final Path root;
  private final Path brought;

  private CleanDebian(Path root, Path brought) {
    this.root = root;
    this.brought = brought;
  }

  /**
   * Unpacks one.
   *
   * @param brought a directory of this machine, which is mounted there as {@code /mnt}
   */
  public static CleanDebian in(Path directory, Path brought) throws IOException {
    Path root = Files.createDirectory(directory.resolve("debian"));
    String archive =
        Command.run(
                Duration.ofMinutes(10),
                List.of(Checkout.project().resolve("bin/minimal-debian").toString()))
            .strip();
    Command.run(List.of("tar", "-C", root.toString(), "-xf", archive));
    return new CleanDebian(root, brought);
  }

  /** The output of a program that runs in it. */
  public String run(Map<String, String> environment, String... command) {
    return Command.run(commandLine(environment, command));
  }

  /** The command line that runs a program in it. */
  public List<String> commandLine(Map<String, String> environment, String... command) {
    List<String> line =
        new ArrayList<>(
            List.of("unshare", "--mount", "--propagation", "private", "sh", "-ec", ENTER, "sh"));
    line.add(root.toString());
    line.add(brought.toString());
    environment.forEach((name, value) -> line.add(name + "=" + value));
    line.addAll(List.of(command));
    return line;
  }

  /** The output of a program that runs in it without any environment. */
  public String run(String... command) {
    return run(Map.of(), command);
  }

  /** A file in it. */
  public Path file(String path) {
    return root.resolve(path.substring(1));
  }
}
