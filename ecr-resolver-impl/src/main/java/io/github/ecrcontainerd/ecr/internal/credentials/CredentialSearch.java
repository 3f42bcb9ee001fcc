package io.github.ecrcontainerd.ecr.internal.credentials;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Searches the places where every AWS SDK looks for credentials, in the same order ("Standardized
 * credential providers" of the SDKs' reference guide). If no place has credentials, the failure
 * lists the places that are set up, with the reason of each. The SDK's own chain lists all places,
 * whether they are set up or not.
 */
public final class CredentialSearch implements AwsCredentialsProvider, SdkAutoCloseable {
  private static final String NOTHING_SET =
      "no credentials are configured. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or run where"
          + " a role provides them";

  private static final String DEFAULT_PROFILE = "default";

  private final Supplier<Optional<String>> profile;
  private List<Place> places = List.of();
  private @Nullable AwsCredentialsProviderChain chain;

  /**
   * @param profile the profile to use instead of AWS_PROFILE's and {@code default}; called at the
   *     first search
   */
  public CredentialSearch(Supplier<Optional<String>> profile) {
    this.profile = profile;
  }

  /** A search only in the profile that the user has named. The environment's keys are ignored. */
  public static CredentialSearch inProfile(String name) {
    CredentialSearch search = new CredentialSearch(() -> Optional.of(name));
    search.places = List.of(profile(name, () -> true));
    return search;
  }

  private synchronized AwsCredentialsProviderChain chain() {
    if (chain == null) {
      places = places.isEmpty() ? standardPlaces() : places;
      chain = AwsCredentialsProviderChain.builder().credentialsProviders(places).build();
    }
    return chain;
  }

  private List<Place> standardPlaces() {
    String name = profile.get().or(Setting.PROFILE::value).orElse(DEFAULT_PROFILE);
    return List.of(
        new Place(
            "system properties",
            Setting.ACCESS_KEY_ID::isProperty,
            SystemPropertyCredentialsProvider.create()),
        new Place(
            "environment",
            () -> Setting.ACCESS_KEY_ID.isVariable() || Setting.SECRET_ACCESS_KEY.isVariable(),
            EnvironmentVariableCredentialsProvider.create()),
        new Place(
            "web identity",
            () -> Setting.WEB_IDENTITY_TOKEN_FILE.value().isPresent(),
            WebIdentityTokenFileCredentialsProvider.create()),
        profile(
            name,
            () ->
                !name.equals(DEFAULT_PROFILE)
                    || ProfileFile.defaultProfileFile().profile(name).isPresent()),
        new Place(
            "container",
            () ->
                Setting.CONTAINER_CREDENTIALS_RELATIVE_URI.value().isPresent()
                    || Setting.CONTAINER_CREDENTIALS_FULL_URI.value().isPresent(),
            ContainerCredentialsProvider.create()),
        // The metadata service exists on some machines without any setting, and doesn't answer on
        // all others.
        new Place(
            "instance metadata",
            Setting.EC2_METADATA_SERVICE_ENDPOINT::isVariable,
            InstanceProfileCredentialsProvider.create()));
  }

  private static Place profile(String name, BooleanSupplier isSetUp) {
    return new Place("profile " + name, isSetUp, ProfileCredentialsProvider.create(name));
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return chain().resolveCredentials();
    } catch (SdkClientException e) {
      throw SdkClientException.create(reason(), e);
    }
  }

  /** The failures of the places that are set up. */
  private synchronized String reason() {
    String failures =
        places.stream()
            .filter(Place::isSetUp)
            .flatMap(place -> place.failure().stream())
            .collect(Collectors.joining("; "));
    return failures.isEmpty() ? NOTHING_SET : failures;
  }

  @Override
  public synchronized void close() {
    if (chain != null) {
      chain.close();
    }
  }
}
