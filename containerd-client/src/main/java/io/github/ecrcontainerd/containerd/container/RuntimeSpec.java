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
 * The process of a container, without a terminal, and with containerd's default isolation: its own
 * PID, IPC, UTS, mount and network namespaces, the last one empty; few capabilities and no new
 * ones; the kernel's dangerous files masked. {@link #json()} returns the OCI runtime
 * specification's {@code config.json}.
 *
 * @param args the program and its arguments, at least one
 * @param env {@code NAME=value} each
 * @param cwd the directory that it starts in, an absolute path
 * @param user its user and groups
 * @param cgroupsPath its control group, {@code ""} to let runc choose
 */
public record RuntimeSpec(
    List<String> args, List<String> env, String cwd, ProcessUser user, String cgroupsPath) {

  /** The search path for programs if an image has none: containerd's default. */
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

  /** A program that runs as root in {@code /}, with only {@code PATH} in its environment. */
  public static RuntimeSpec of(String... args) {
    return new RuntimeSpec(List.of(args), List.of(DEFAULT_PATH), "/", ProcessUser.ROOT, "");
  }

  /** Returns this specification with another control group. */
  public RuntimeSpec withCgroupsPath(String path) {
    return new RuntimeSpec(args, env, cwd, user, path);
  }

  /** Returns its {@code config.json}. */
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
