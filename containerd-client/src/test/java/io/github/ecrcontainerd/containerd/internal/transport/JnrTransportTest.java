package io.github.ecrcontainerd.containerd.internal.transport;

class JnrTransportTest extends TransportContract {
  JnrTransportTest() {
    super(JnrSocket::connect, 107);
  }
}
