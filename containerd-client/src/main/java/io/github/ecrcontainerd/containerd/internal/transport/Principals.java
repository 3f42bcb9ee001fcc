package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.OptionalLong;

/** The kernel's numbers of users and groups, as the JDK's principals. */
public final class Principals {
  private Principals() {}

  /** The peer with these numbers. */
  public static Peer peer(int uid, int gid, long pid) throws IOException {
    return new Peer(
        user(uid),
        lookup().lookupPrincipalByGroupName(Integer.toString(gid)),
        OptionalLong.of(pid));
  }

  /** A name that no user has is taken for a number. */
  static UserPrincipal user(int uid) throws IOException {
    return lookup().lookupPrincipalByName(Integer.toString(uid));
  }

  /** The effective user of this process: proc(5). */
  static UserPrincipal ownUser() throws IOException {
    return Files.getOwner(Path.of("/proc/self"));
  }

  private static UserPrincipalLookupService lookup() {
    return FileSystems.getDefault().getUserPrincipalLookupService();
  }
}
