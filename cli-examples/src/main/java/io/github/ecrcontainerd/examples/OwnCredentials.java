package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Resolves references with credentials that depend on the account: {@code OwnCredentials ACCOUNT
 * ACCESS_KEY SECRET_KEY REFERENCE...}. Other accounts use those of the default profile.
 */
public final class OwnCredentials {
  private OwnCredentials() {}

  public static void main(String[] args) throws InterruptedException {
    Map<String, AwsCredentialsProvider> byAccount =
        Map.of(
            args[0],
            StaticCredentialsProvider.create(AwsBasicCredentials.create(args[1], args[2])));
    AwsCredentialsProvider others = ProfileCredentialsProvider.create();
    try (EcrResolver resolver =
        EcrResolver.builder()
            .credentialsProviders(reference -> byAccount.getOrDefault(reference.account(), others))
            .build()) {
      for (int argument = 3; argument < args.length; argument++) {
        Resolution image = resolver.resolve(args[argument]);
        System.out.println(image.name() + " " + image.target().digest());
      }
    }
  }
}
