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
  private static boolean resolverHangs;

  private CrtThreads() {}

  /** Keeps them until {@link #release}. */
  static synchronized void keep() {
    users++;
  }

  /**
   * A request failed because the system had no thread for it. Where that was the thread that looks
   * up a host, the CRT's resolver never comes to its end (seen with aws-crt 0.49.0: its close waits
   * for ever), so it is left to the end of the JVM.
   */
  static synchronized void lackedThread() {
    resolverHangs = true;
  }

  /** Ends them after the last user. */
  static synchronized void release() {
    users--;
    if (users == 0) {
      ClientBootstrap.closeStaticDefault();
      EventLoopGroup.closeStaticDefault();
      if (!resolverHangs) {
        HostResolver.closeStaticDefault();
      }
    }
  }
}
