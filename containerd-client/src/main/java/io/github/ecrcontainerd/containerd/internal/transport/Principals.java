package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.OptionalLong;

/** Converts the kernel's user and group IDs to the JDK's principals. */
public final class Principals {
  private Principals() {}

  /** Returns the peer with these IDs. */
  public static Peer peer(int uid, int gid, long pid) throws IOException {
    return new Peer(
        user(uid),
        lookup().lookupPrincipalByGroupName(Integer.toString(gid)),
        OptionalLong.of(pid));
  }

  /** The JDK parses a name that no user has as a number. */
  static UserPrincipal user(int uid) throws IOException {
    return lookup().lookupPrincipalByName(Integer.toString(uid));
  }

  /** Returns the effective user of this process: proc(5). */
  static UserPrincipal ownUser() throws IOException {
    return Files.getOwner(Path.of("/proc/self"));
  }

  private static UserPrincipalLookupService lookup() {
    return FileSystems.getDefault().getUserPrincipalLookupService();
  }
}
