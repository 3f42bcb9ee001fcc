package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;

/** Pushes an image that containerd has: {@code PushImage NAME REFERENCE}. */
public final class PushImage {
  private PushImage() {}

  public static void main(String[] args) throws InterruptedException {
    try (EcrResolver resolver = EcrResolver.create();
        ContainerdClient containerd = ContainerdClient.connect()) {
      Image image = containerd.images().get(args[0]).orElseThrow();
      Descriptor pushed = containerd.push(args[1], image.target(), resolver);
      System.out.println(args[1] + " " + pushed.digest());
    }
  }
}
