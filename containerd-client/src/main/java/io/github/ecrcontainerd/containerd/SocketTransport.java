package io.github.ecrcontainerd.containerd;

/**
 * How the client reaches containerd's socket. All of them do the same, as fast as each other:
 * docs/performance.md, "Transports".
 */
public enum SocketTransport {
  /**
   * Calls of libc through {@code java.lang.foreign}, the default. It needs native access: {@code
   * --enable-native-access=ALL-UNNAMED}, without which a JVM warns, or refuses it.
   */
  FFM,

  /**
   * The JDK's own socket channel, which needs nothing. The default where native access is refused.
   */
  JDK,

  /**
   * jnr-unixsocket, for applications that have it already: {@code com.github.jnr:jnr-unixsocket}
   * has to be on the class path. It loads a JNI library, and needs native access for that.
   */
  JNR
}
