package io.github.ecrcontainerd.containerd.oci;

import java.util.List;

/**
 * What an image says is to run in its containers: the {@code config} of its configuration.
 *
 * @param entrypoint the program and its first arguments
 * @param cmd the arguments after them, unless others are given
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
