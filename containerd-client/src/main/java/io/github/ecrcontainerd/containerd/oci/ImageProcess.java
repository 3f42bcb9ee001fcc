package io.github.ecrcontainerd.containerd.oci;

import java.util.List;

/**
 * The process of an image's containers: the {@code config} object of its configuration.
 *
 * @param entrypoint the program and its first arguments
 * @param cmd the default arguments after them
 * @param env {@code NAME=value}
 * @param workingDir the directory that it starts in, {@code ""} for the root
 * @param user {@code user[:group]} by name or number, {@code ""} for root
 */
public record ImageProcess(
    List<String> entrypoint, List<String> cmd, List<String> env, String workingDir, String user) {
  static final ImageProcess NONE = new ImageProcess(List.of(), List.of(), List.of(), "", "");

  public ImageProcess {
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    env = List.copyOf(env);
  }
}
