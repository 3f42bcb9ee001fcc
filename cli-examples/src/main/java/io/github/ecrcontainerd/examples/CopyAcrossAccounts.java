package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;

/**
 * Copies an image from one account to another without a containerd, with one profile's credentials
 * for each: {@code CopyAcrossAccounts SOURCE PROFILE DESTINATION PROFILE}.
 */
public final class CopyAcrossAccounts {
  private CopyAcrossAccounts() {}

  public static void main(String[] args) throws InterruptedException {
    try (EcrResolver source = EcrResolver.builder().profile(args[1]).build();
        EcrResolver destination = EcrResolver.builder().profile(args[3]).build()) {
      Descriptor copied = RegistryCopy.between(source, destination).run(args[0], args[2]);
      System.out.println(args[2] + " " + copied.digest());
    }
  }
}
