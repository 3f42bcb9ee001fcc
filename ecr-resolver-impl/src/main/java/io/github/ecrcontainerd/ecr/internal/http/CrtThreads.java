package io.github.ecrcontainerd.ecr.internal.http;

import software.amazon.awssdk.crt.io.ClientBootstrap;
import software.amazon.awssdk.crt.io.EventLoopGroup;
import software.amazon.awssdk.crt.io.HostResolver;

/**
 * The threads that all clients of the CRT in this JVM share. The CRT itself ends them when the JVM
 * does, too late: that waits a second for them then. So they end with the last resolver. A client
 * of somebody else's keeps those that it has, and the next resolver gets new ones.
 */
final class CrtThreads {
  private static int users;

  private CrtThreads() {}

  /** Keeps them until {@link #release}. */
  static synchronized void keep() {
    users++;
  }

  /** Ends them after the last user. */
  static synchronized void release() {
    users--;
    if (users == 0) {
      ClientBootstrap.closeStaticDefault();
      EventLoopGroup.closeStaticDefault();
      HostResolver.closeStaticDefault();
    }
  }
}
