package io.github.ecrcontainerd.containerd.container;

import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What runs in a container, without a terminal, and walled off as containerd does by default: own
 * PID, IPC, UTS, mount and network namespaces, the last one empty; few capabilities and no new
 * ones; the kernel's dangerous files masked. {@link #json()} is the OCI runtime specification's
 * {@code config.json} of it.
 *
 * @param args the program and its arguments, at least one
 * @param env {@code NAME=value} each
 * @param cwd the directory that it starts in, absolute
 * @param uid the user that it runs as
 * @param gid and the group
 * @param cgroupsPath its control group, {@code ""} to let runc choose
 */
public record RuntimeSpec(
    List<String> args, List<String> env, String cwd, int uid, int gid, String cgroupsPath) {

  /** What programs are looked for in where an image doesn't say: containerd's default. */
  public static final String DEFAULT_PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final JsonMapper JSON = new JsonMapper();

  public RuntimeSpec {
    args = List.copyOf(args);
    env = List.copyOf(env);
    if (args.isEmpty()) {
      throw new IllegalArgumentException("A container runs a program: its arguments are empty");
    }
    if (!cwd.startsWith("/")) {
      throw new IllegalArgumentException("A working directory is absolute, and not " + cwd);
    }
  }

  /** A program as root in {@code /}, with nothing but a {@code PATH} in its environment. */
  public static RuntimeSpec of(String... args) {
    return new RuntimeSpec(List.of(args), List.of(DEFAULT_PATH), "/", 0, 0, "");
  }

  /**
   * What an image says is to run, with other arguments behind its entrypoint if there are any.
   *
   * @param arguments instead of the image's own, unless empty
   * @throws ImageException if the image names no program, or its user by name: what a name means
   *     stands in the container's files
   */
  public static RuntimeSpec of(ImageConfig image, List<String> arguments) {
    List<String> args = new ArrayList<>(image.entrypoint());
    args.addAll(arguments.isEmpty() ? image.cmd() : arguments);
    if (args.isEmpty()) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED, "The image doesn't say what to run: name a program");
    }
    List<String> env = new ArrayList<>(image.env());
    if (env.stream().noneMatch(variable -> variable.startsWith("PATH="))) {
      env.add(DEFAULT_PATH);
    }
    String[] user = image.user().split(":", -1);
    return new RuntimeSpec(
        args,
        env,
        image.workingDir().isEmpty() ? "/" : image.workingDir(),
        number(user[0]),
        user.length > 1 ? number(user[1]) : 0,
        "");
  }

  private static int number(String user) {
    if (user.isEmpty() || user.equals("root")) {
      return 0;
    }
    try {
      return Integer.parseUnsignedInt(user);
    } catch (NumberFormatException e) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED,
          null,
          null,
          "The image runs as %s, which is no number: run it with containerd's own tools"
              .formatted(user),
          e);
    }
  }

  /** The same in another control group. */
  public RuntimeSpec withCgroupsPath(String path) {
    return new RuntimeSpec(args, env, cwd, uid, gid, path);
  }

  /** The {@code config.json} of it. */
  public String json() {
    ObjectNode spec = defaults();
    ObjectNode process = (ObjectNode) spec.required("process");
    addAll(process.putArray("args"), args);
    addAll(process.putArray("env"), env);
    process.put("cwd", cwd);
    process.putObject("user").put("uid", uid).put("gid", gid);
    if (!cgroupsPath.isEmpty()) {
      ((ObjectNode) spec.required("linux")).put("cgroupsPath", cgroupsPath);
    }
    return spec.toString();
  }

  private static void addAll(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  private static ObjectNode defaults() {
    try (InputStream resource = RuntimeSpec.class.getResourceAsStream("linux-spec.json")) {
      return (ObjectNode) JSON.readTree(Objects.requireNonNull(resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
