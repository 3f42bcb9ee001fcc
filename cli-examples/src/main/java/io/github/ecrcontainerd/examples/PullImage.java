package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;

/**
 * Pulls an image into containerd: {@code PullImage
 * 123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:1.4}.
 */
public final class PullImage {
  private PullImage() {}

  public static void main(String[] args) throws InterruptedException {
    // An application makes one of each for all of its images, and closes both at its end.
    try (EcrResolver resolver = EcrResolver.create();
        ContainerdClient containerd = ContainerdClient.connect()) {
      Image image = containerd.pull(args[0], resolver);
      System.out.println(image.name() + " " + image.target().digest());
    }
  }
}
