package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.internal.ffm.Fifo;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A program for {@link ChildJvm}: prints for each of its arguments what a client says, which is
 * made with this transport, or with none for {@code default}.
 */
final class ClientProgram {
  private ClientProgram() {}

  /**
   * Asks.
   *
   * @param args the socket, and then transports, or {@code fifo} for a FIFO beside the socket
   */
  public static void main(String[] args) {
    Path socket = Path.of(args[0]);
    for (String arg : args) {
      if (!arg.equals(args[0])) {
        System.out.println(arg + ": " + (arg.equals("fifo") ? fifo(socket) : peer(socket, arg)));
      }
    }
  }

  private static String peer(Path socket, String transport) {
    ContainerdClient.Builder builder = ContainerdClient.builder().address(socket);
    if (!transport.equals("default")) {
      builder.transport(SocketTransport.valueOf(transport));
    }
    try (ContainerdClient client = builder.build()) {
      // Only the JDK's transport doesn't tell the process.
      return client.peer().pid().isPresent() ? "knows the process" : "does not know the process";
    } catch (IllegalStateException | IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String fifo(Path socket) {
    try {
      return Fifo.create(socket.resolveSibling("fifo")).toString();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
