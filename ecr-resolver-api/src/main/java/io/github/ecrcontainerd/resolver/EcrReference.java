package io.github.ecrcontainerd.resolver;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An image in Amazon ECR, by the name that containerd keeps it under: {@code ecr.aws/} and the ARN
 * of its repository, then a tag, a digest, or both.
 *
 * <pre>{@code ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/team/app:1.4@sha256:...}</pre>
 *
 * @param partition {@code aws}, {@code aws-cn}, {@code aws-us-gov}, ...
 * @param region the region that the repository is in
 * @param account the registry: twelve digits
 * @param repository the repository's name, slashes included
 * @param tag the tag, if it names one
 * @param digest the digest of the manifest or index, if it names one
 */
public record EcrReference(
    String partition,
    String region,
    String account,
    String repository,
    Optional<String> tag,
    Optional<Digest> digest) {

  /** What the canonical form begins with: it tells containerd's clients which resolver to ask. */
  public static final String PREFIX = "ecr.aws/";

  private static final String FORM =
      "ecr.aws/arn:<partition>:ecr:<region>:<account>:repository/<name>[:tag][@digest]";
  private static final Pattern PARTITION = Pattern.compile("aws(-[a-z0-9]+)*");
  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)+");
  private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  /** ECR's own expression for a repository's name (RepositoryName in the model of its API). */
  private static final Pattern REPOSITORY =
      Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");

  private static final int LONGEST_REPOSITORY = 256;
  private static final int LONGEST_REFERENCE = 2048;

  public EcrReference {
    require(PARTITION, partition, "its partition is not one of AWS's (aws, aws-cn, ...)");
    require(REGION, region, "its region is not of the form us-west-2");
    require(ACCOUNT, account, "its account is not twelve digits");
    if (repository.length() < 2 || repository.length() > LONGEST_REPOSITORY) {
      throw new IllegalArgumentException("its repository's name has not 2 to 256 characters");
    }
    require(
        REPOSITORY,
        repository,
        "its repository's name is not lower-case letters and digits with . _ - / between them");
    tag.ifPresent(
        t ->
            require(
                TAG,
                t,
                "its tag is not 1 to 128 letters, digits, . _ - that start with none of . and -"));
  }

  private static void require(Pattern pattern, String value, String otherwise) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /**
   * Reads the canonical form.
   *
   * @throws IllegalArgumentException if it is malformed; the message says where, and shows the form
   */
  public static EcrReference parse(String text) {
    try {
      return parseCanonical(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Not a reference to an image in ECR: %s: %s. Write %s"
              .formatted(Quoted.of(text), e.getMessage(), FORM),
          e);
    }
  }

  private static EcrReference parseCanonical(String text) {
    if (text.length() > LONGEST_REFERENCE) {
      throw new IllegalArgumentException("it is longer than " + LONGEST_REFERENCE + " characters");
    }
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("it does not start with " + PREFIX);
    }
    String[] arn = text.substring(PREFIX.length()).split(":", 6);
    if (!arn[0].equals("arn") || arn.length < 6) {
      throw new IllegalArgumentException("what follows " + PREFIX + " is not an ARN");
    }
    if (!arn[2].equals("ecr")) {
      throw new IllegalArgumentException(
          "it is an ARN of the service " + Quoted.of(arn[2]) + ", not of ecr");
    }
    String resource = arn[5];
    if (!resource.startsWith("repository/")) {
      throw new IllegalArgumentException("its ARN does not name a repository/");
    }
    String image = resource.substring("repository/".length());
    int at = image.indexOf('@');
    Optional<Digest> digest =
        at < 0 ? Optional.empty() : Optional.of(Digest.parse(image.substring(at + 1)));
    String named = at < 0 ? image : image.substring(0, at);
    int colon = named.indexOf(':');
    Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(named.substring(colon + 1));
    String repository = colon < 0 ? named : named.substring(0, colon);
    return new EcrReference(arn[1], arn[3], arn[4], repository, tag, digest);
  }

  /** The ARN of the repository. */
  public String arn() {
    return "arn:%s:ecr:%s:%s:repository/%s".formatted(partition, region, account, repository);
  }

  /** The same image, by digest too. */
  public EcrReference withDigest(Digest known) {
    return new EcrReference(partition, region, account, repository, tag, Optional.of(known));
  }

  /** The canonical form, which {@link #parse} reads. */
  @Override
  public String toString() {
    return PREFIX + arn() + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }
}
