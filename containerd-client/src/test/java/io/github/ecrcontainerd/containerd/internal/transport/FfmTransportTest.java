package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.internal.ffm.UnixSocket;

class FfmTransportTest extends TransportContract {
  FfmTransportTest() {
    super(UnixSocket::connect, 107);
  }
}
