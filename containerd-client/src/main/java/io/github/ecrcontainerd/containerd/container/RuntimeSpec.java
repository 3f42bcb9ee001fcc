package io.github.ecrcontainerd.containerd.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
 * @param user the rights that it has
 * @param cgroupsPath its control group, {@code ""} to let runc choose
 */
public record RuntimeSpec(
    List<String> args, List<String> env, String cwd, ProcessUser user, String cgroupsPath) {

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
    return new RuntimeSpec(List.of(args), List.of(DEFAULT_PATH), "/", ProcessUser.ROOT, "");
  }

  /** The same in another control group. */
  public RuntimeSpec withCgroupsPath(String path) {
    return new RuntimeSpec(args, env, cwd, user, path);
  }

  /** The {@code config.json} of it. */
  public String json() {
    ObjectNode spec = defaults();
    ObjectNode process = (ObjectNode) spec.required("process");
    addAll(process.putArray("args"), args);
    addAll(process.putArray("env"), env);
    process.put("cwd", cwd);
    ObjectNode rights = process.putObject("user").put("uid", user.uid()).put("gid", user.gid());
    if (!user.additionalGids().isEmpty()) {
      ArrayNode groups = rights.putArray("additionalGids");
      user.additionalGids().forEach(groups::add);
    }
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
