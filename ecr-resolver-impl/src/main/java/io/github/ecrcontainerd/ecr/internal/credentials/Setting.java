package io.github.ecrcontainerd.ecr.internal.credentials;

import java.util.Optional;

/**
 * A setting of the AWS SDK for Java: a system property or, if that is not set, an environment
 * variable ("Settings reference" of the SDKs' reference guide). The SDK's own type for these is
 * internal to its modules.
 */
enum Setting {
  ACCESS_KEY_ID("aws.accessKeyId", "AWS_ACCESS_KEY_ID"),
  SECRET_ACCESS_KEY("aws.secretAccessKey", "AWS_SECRET_ACCESS_KEY"),
  PROFILE("aws.profile", "AWS_PROFILE"),
  WEB_IDENTITY_TOKEN_FILE("aws.webIdentityTokenFile", "AWS_WEB_IDENTITY_TOKEN_FILE"),
  CONTAINER_CREDENTIALS_RELATIVE_URI(
      "aws.containerCredentialsPath", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
  CONTAINER_CREDENTIALS_FULL_URI(
      "aws.containerCredentialsFullUri", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
  EC2_METADATA_SERVICE_ENDPOINT(
      "aws.ec2MetadataServiceEndpoint", "AWS_EC2_METADATA_SERVICE_ENDPOINT");

  private final String property;
  private final String variable;

  Setting(String property, String variable) {
    this.property = property;
    this.variable = variable;
  }

  String property() {
    return property;
  }

  String variable() {
    return variable;
  }

  /** The value, if it is set. */
  Optional<String> value() {
    return Optional.ofNullable(System.getProperty(property))
        .or(() -> Optional.ofNullable(System.getenv(variable)))
        .map(String::strip);
  }

  boolean isProperty() {
    return System.getProperty(property) != null;
  }

  boolean isVariable() {
    return System.getenv(variable) != null;
  }
}
