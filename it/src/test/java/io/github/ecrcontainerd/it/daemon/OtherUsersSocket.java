package io.github.ecrcontainerd.it.daemon;

import io.github.ecrcontainerd.it.support.OtherUser;
import io.github.ecrcontainerd.it.support.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A socket on which a process of another user listens, and accepts no connection. Needs root. */
final class OtherUsersSocket implements AutoCloseable {
  /** The program ends with its input, and so with the JVM that started it. */
  private static final String LISTENER =
      """
      void main(String[] args) throws Exception {
        var server = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        server.bind(java.net.UnixDomainSocketAddress.of(args[0]));
        System.out.println("listens");
        System.in.read();
      }
      """;

  private final Path directory;
  private final Process process;

  private OtherUsersSocket(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /** Starts the process, and waits until it listens. */
  static OtherUsersSocket of(int user) throws IOException {
    Path directory = Files.createTempDirectory(Scratch.forSockets(), "other");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path program = Files.writeString(directory.resolve("Listener.java"), LISTENER);
    List<String> command = new ArrayList<>(OtherUser.wrapper(user));
    command.addAll(
        List.of(
            OtherUser.java(),
            "-XX:-UsePerfData",
            program.toString(),
            directory.resolve("s.sock").toString()));
    OtherUsersSocket listener =
        new OtherUsersSocket(
            directory, new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
    if (!"listens".equals(listener.process.inputReader().readLine())) {
      listener.close();
      throw new AssertionError("Nobody listens on " + listener.socket());
    }
    return listener;
  }

  Path socket() {
    return directory.resolve("s.sock");
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Files.deleteIfExists(socket());
      Files.delete(directory.resolve("Listener.java"));
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
