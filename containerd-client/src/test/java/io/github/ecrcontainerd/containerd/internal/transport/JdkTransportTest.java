package io.github.ecrcontainerd.containerd.internal.transport;

class JdkTransportTest extends TransportContract {
  JdkTransportTest() {
    super(JdkSocket::connect, 106);
  }
}
