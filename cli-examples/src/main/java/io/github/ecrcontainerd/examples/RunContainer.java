package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import java.util.Arrays;

/**
 * Runs a program in a container of an image that was pulled: {@code RunContainer NAME [ARG...]}.
 */
public final class RunContainer {
  private RunContainer() {}

  public static void main(String[] args) throws InterruptedException {
    try (ContainerdClient containerd = ContainerdClient.connect()) {
      Image image = containerd.images().get(args[0]).orElseThrow();
      RunOptions options =
          RunOptions.builder().args(Arrays.asList(args).subList(1, args.length)).build();
      ExitStatus exit = containerd.run(image, options);
      System.out.println("exited with " + exit.code());
    }
  }
}
