package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.container.ProcessUser;
import io.github.ecrcontainerd.containerd.internal.rootfs.RootFileSystem;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Resolves an image's {@code User}, as containerd's own clients do ({@code oci.WithUser}, {@code
 * oci.WithAdditionalGIDs}): with the users and groups in the image's files.
 */
final class UserLookup {
  private static final int MAX_FILE_BYTES = 4 << 20;
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
  private static final String ROOT = "root";

  private UserLookup() {}

  /**
   * Resolves a user.
   *
   * @param user {@code user[:group]} by name or number, {@code ""} for root
   * @throws ImageException if the image has no such user or group, or a number is out of range
   * @throws IOException if the image's files can't be read
   */
  static ProcessUser find(String user, RootFileSystem files)
      throws IOException, InterruptedException {
    String[] parts = user.split(":", -1);
    if (parts.length > 2 || (parts.length == 2 && parts[1].isEmpty())) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED,
          "The image can't run as user \"%s\": a user is user[:group], by name or number"
              .formatted(user));
    }
    // Parsed before any file is read, because these errors don't depend on the files.
    Optional<Integer> uid = number(parts[0], user);
    Optional<Integer> gid = parts.length == 2 ? number(parts[1], user) : Optional.empty();
    Accounts accounts =
        new Accounts(
            files.read("/etc/passwd", MAX_FILE_BYTES), files.read("/etc/group", MAX_FILE_BYTES));
    if (user.isEmpty()) {
      return withGroups(0, 0, accounts.groupsOf(ROOT));
    }
    int number;
    int ownGroup;
    if (parts[0].isEmpty()) {
      number = 0;
      ownGroup = 0;
    } else if (uid.isPresent()) {
      number = uid.get();
      // With an explicit group, the user's primary group is not needed.
      ownGroup = parts.length == 2 ? 0 : accounts.user(number).map(Accounts.User::gid).orElse(0);
    } else {
      Accounts.User named =
          accounts
              .user(parts[0])
              .orElseThrow(() -> notThere(user, "user", parts[0], "/etc/passwd"));
      number = named.uid();
      ownGroup = named.gid();
    }
    int group =
        parts.length == 1
            ? ownGroup
            : gid.or(() -> accounts.group(parts[1]))
                .orElseThrow(() -> notThere(user, "group", parts[1], "/etc/group"));
    // Looked up by ID, as in ctr: if several names have one ID, the first one's groups apply.
    List<Integer> others =
        accounts.user(number).map(found -> accounts.groupsOf(found.name())).orElse(List.of());
    return withGroups(number, group, others);
  }

  /** Adds the primary group to the supplementary groups, so that it isn't lost (CVE-2023-25173). */
  private static ProcessUser withGroups(int uid, int gid, List<Integer> others) {
    List<Integer> all = new ArrayList<>();
    if (!others.contains(gid)) {
      all.add(gid);
    }
    all.addAll(others);
    return new ProcessUser(uid, gid, all);
  }

  private static Optional<Integer> number(String text, String user) {
    if (!NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return Optional.of(number);
      }
    } catch (NumberFormatException tooLarge) {
      // Reported below.
    }
    throw new ImageException(
        ImageException.Code.UNSUPPORTED,
        "The image can't run as user \"%s\": a user or group ID is 0 to %d"
            .formatted(user, Integer.MAX_VALUE));
  }

  private static ImageException notThere(String user, String what, String name, String file) {
    return new ImageException(
        ImageException.Code.UNSUPPORTED,
        "The image can't run as user \"%s\": its %s has no %s %s"
            .formatted(user, file, what, name));
  }
}
