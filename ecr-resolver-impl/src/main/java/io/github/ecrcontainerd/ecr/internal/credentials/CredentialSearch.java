package io.github.ecrcontainerd.ecr.internal.credentials;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The places where every AWS SDK looks for credentials, in their order ("Standardized credential
 * providers" of the SDKs' reference guide). Where none has any, the failure says which of them are
 * set up, and each one's own reason: the SDK's own chain lists all, whether they are set up or not.
 */
public final class CredentialSearch implements AwsCredentialsProvider, SdkAutoCloseable {
  private static final String NOTHING_SET =
      "none is set up. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or run where"
          + " a role provides them";

  /** The setting itself has a default. */
  private static final String METADATA_ENDPOINT =
      SdkSystemSetting.AWS_EC2_METADATA_SERVICE_ENDPOINT.environmentVariable();

  private final Supplier<Optional<String>> profile;
  private List<Place> places = List.of();
  private @Nullable AwsCredentialsProviderChain chain;

  /**
   * @param profile in place of AWS_PROFILE's and {@code default}; asked at the first search
   */
  public CredentialSearch(Supplier<Optional<String>> profile) {
    this.profile = profile;
  }

  /** The one place that a user has named: the environment's keys don't count then. */
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
    String name =
        profile.get().orElseGet(ProfileFileSystemSetting.AWS_PROFILE::getStringValueOrThrow);
    return List.of(
        new Place(
            "system properties",
            () -> System.getProperty(SdkSystemSetting.AWS_ACCESS_KEY_ID.property()) != null,
            SystemPropertyCredentialsProvider.create()),
        new Place(
            "environment",
            () ->
                Stream.of(
                        SdkSystemSetting.AWS_ACCESS_KEY_ID, SdkSystemSetting.AWS_SECRET_ACCESS_KEY)
                    .anyMatch(key -> System.getenv(key.environmentVariable()) != null),
            EnvironmentVariableCredentialsProvider.create()),
        new Place(
            "web identity",
            () -> isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE),
            WebIdentityTokenFileCredentialsProvider.create()),
        profile(
            name,
            () ->
                !name.equals(ProfileFileSystemSetting.AWS_PROFILE.defaultValue())
                    || ProfileFile.defaultProfileFile().profile(name).isPresent()),
        new Place(
            "container",
            () ->
                isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
                    || isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI),
            ContainerCredentialsProvider.create()),
        // It is there on some machines without any setting, and silent on all others.
        new Place(
            "instance metadata",
            () -> System.getenv(METADATA_ENDPOINT) != null,
            InstanceProfileCredentialsProvider.create()));
  }

  private static Place profile(String name, BooleanSupplier isSetUp) {
    return new Place("profile " + name, isSetUp, ProfileCredentialsProvider.create(name));
  }

  private static boolean isSet(SdkSystemSetting setting) {
    return setting.getStringValue().isPresent();
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return chain().resolveCredentials();
    } catch (SdkClientException e) {
      throw SdkClientException.create(reason(), e);
    }
  }

  /** What the places that are set up have said. */
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
