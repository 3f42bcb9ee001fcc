package io.github.ecrcontainerd.containerd;

/**
 * How the client reaches containerd's socket. All transports behave the same and are equally fast:
 * docs/performance.md, "Transports".
 */
public enum SocketTransport {
  /**
   * Calls to libc through {@code java.lang.foreign}, the default. It needs native access: without
   * {@code --enable-native-access=ALL-UNNAMED} a JVM warns or refuses it.
   */
  FFM,

  /**
   * The JDK's own socket channel, without any requirement. The default where native access is
   * refused.
   */
  JDK,

  /**
   * jnr-unixsocket, for applications that already use it: {@code com.github.jnr:jnr-unixsocket} has
   * to be on the class path. It loads a JNI library, which needs native access.
   */
  JNR
}
