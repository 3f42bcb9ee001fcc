package io.github.ecrcontainerd.containerd.container;

import java.util.List;

/**
 * The user and groups of a process, as IDs inside the container.
 *
 * @param uid the user ID, 0 to {@link Integer#MAX_VALUE}, which is runc's maximum
 * @param gid the group ID, in the same range
 * @param additionalGids the IDs of the supplementary groups, in the same range
 */
public record ProcessUser(int uid, int gid, List<Integer> additionalGids) {
  /** Root, without supplementary groups. */
  public static final ProcessUser ROOT = new ProcessUser(0, 0);

  public ProcessUser {
    additionalGids = List.copyOf(additionalGids);
    if (uid < 0 || gid < 0 || additionalGids.stream().anyMatch(other -> other < 0)) {
      throw new IllegalArgumentException(
          "User and group IDs are 0 to %d, not %d:%d %s"
              .formatted(Integer.MAX_VALUE, uid, gid, additionalGids));
    }
  }

  /** A user without supplementary groups. */
  public ProcessUser(int uid, int gid) {
    this(uid, gid, List.of());
  }
}
