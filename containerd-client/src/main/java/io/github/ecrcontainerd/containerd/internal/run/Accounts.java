package io.github.ecrcontainerd.containerd.internal.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The users and groups of an image: its {@code /etc/passwd} and {@code /etc/group} (passwd(5),
 * group(5)).
 *
 * <p>A malformed line is an error only if its user or group is looked up: a missing number must not
 * be read as 0, which is root.
 */
final class Accounts {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

  private final List<String[]> users;
  private final List<String[]> groups;

  /**
   * A user.
   *
   * @param uid the user ID
   * @param gid the ID of the primary group
   */
  record User(String name, int uid, int gid) {}

  /**
   * Parses the two files.
   *
   * @param passwd the file's content; empty if the image has none
   * @param group the file's content; empty if the image has none
   */
  Accounts(Optional<byte[]> passwd, Optional<byte[]> group) {
    this.users = lines(passwd);
    this.groups = lines(group);
  }

  private static List<String[]> lines(Optional<byte[]> file) {
    return file.map(bytes -> new String(bytes, UTF_8)).stream()
        .flatMap(String::lines)
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .map(line -> line.split(":", -1))
        .toList();
  }

  /** Returns the first user with a name. */
  Optional<User> user(String name) {
    return users.stream().filter(line -> line[0].equals(name)).findFirst().map(Accounts::user);
  }

  /** Returns the first user with an ID. */
  Optional<User> user(int uid) {
    return users.stream()
        .filter(line -> number(line, 2).equals(Optional.of(uid)))
        .findFirst()
        .map(Accounts::user);
  }

  private static User user(String[] line) {
    return new User(line[0], required(line, 2, "/etc/passwd"), required(line, 3, "/etc/passwd"));
  }

  /** Returns the ID of the first group with a name. */
  Optional<Integer> group(String name) {
    return groups.stream()
        .filter(line -> line[0].equals(name))
        .findFirst()
        .map(line -> required(line, 2, "/etc/group"));
  }

  /**
   * Returns the IDs of the groups that list a user as a member, without the group of the same name.
   */
  List<Integer> groupsOf(String user) {
    List<Integer> found = new ArrayList<>();
    for (String[] line : groups) {
      boolean member = line.length > 3 && Stream.of(line[3].split(",", -1)).anyMatch(user::equals);
      if (member && !line[0].equals(user)) {
        found.add(required(line, 2, "/etc/group"));
      }
    }
    return found;
  }

  private static int required(String[] line, int field, String file) {
    return number(line, field)
        .orElseThrow(
            () ->
                new ImageException(
                    ImageException.Code.MALFORMED,
                    "The image's %s is malformed: the entry of %s lacks an ID from 0 to %d: %s"
                        .formatted(file, line[0], Integer.MAX_VALUE, Arrays.asList(line))));
  }

  private static Optional<Integer> number(String[] line, int field) {
    return line.length > field && NUMBER.matcher(line[field]).matches()
        ? Optional.of(Long.parseLong(line[field]))
            .filter(number -> number <= Integer.MAX_VALUE)
            .map(Long::intValue)
        : Optional.empty();
  }
}
