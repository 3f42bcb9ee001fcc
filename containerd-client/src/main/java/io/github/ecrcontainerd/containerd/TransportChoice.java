package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.internal.ffm.NativeAccess;
import io.github.ecrcontainerd.containerd.internal.ffm.UnixSocket;
import io.github.ecrcontainerd.containerd.internal.transport.JdkSocket;
import io.github.ecrcontainerd.containerd.internal.transport.JnrSocket;
import io.github.ecrcontainerd.containerd.internal.transport.Transport;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a client's transport: the builder's, else the system property's, else FFM, or the JDK's
 * if this JVM refuses native access.
 */
final class TransportChoice {
  private static final String PROPERTY = "ecrcontainerd.transport";

  private static final String JNR_CLASS = "jnr.unixsocket.UnixSocketChannel";

  private static final AtomicBoolean SAID = new AtomicBoolean();

  private TransportChoice() {}

  static Transport of(@Nullable SocketTransport built) {
    SocketTransport chosen = built == null ? ofProperty() : built;
    if (chosen == null) {
      return byDefault();
    }
    return switch (chosen) {
      case FFM -> ffm();
      case JDK -> JdkSocket::connect;
      case JNR -> jnr();
    };
  }

  private static @Nullable SocketTransport ofProperty() {
    String value = System.getProperty(PROPERTY, "");
    if (value.isEmpty()) {
      return null;
    }
    return Arrays.stream(SocketTransport.values())
        .filter(transport -> transport.name().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The system property %s is ffm, jdk or jnr, and not \"%s\""
                        .formatted(PROPERTY, value)));
  }

  private static Transport byDefault() {
    if (NativeAccess.isAllowed()) {
      return UnixSocket::connect;
    }
    if (!SAID.getAndSet(true)) {
      System.getLogger(ContainerdClient.class.getName())
          .log(
              Level.WARNING,
              "containerd is reached through the JDK's own socket channel, because "
                  + NativeAccess.REFUSED);
    }
    return JdkSocket::connect;
  }

  private static Transport ffm() {
    requireNativeAccess(SocketTransport.FFM);
    return UnixSocket::connect;
  }

  private static Transport jnr() {
    try {
      Class.forName(JNR_CLASS, false, TransportChoice.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "The transport JNR needs jnr-unixsocket: add com.github.jnr:jnr-unixsocket to the class"
              + " path, or choose another transport",
          e);
    }
    requireNativeAccess(SocketTransport.JNR);
    return JnrSocket::connect;
  }

  private static void requireNativeAccess(SocketTransport transport) {
    if (!NativeAccess.isAllowed()) {
      throw new IllegalStateException(
          "The transport %s can't be used, because %s, or choose the transport JDK"
              .formatted(transport, NativeAccess.REFUSED));
    }
  }
}
