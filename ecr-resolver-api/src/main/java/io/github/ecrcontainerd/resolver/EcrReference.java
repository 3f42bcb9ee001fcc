package io.github.ecrcontainerd.resolver;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A reference to an image in Amazon ECR. It has two written forms. The canonical form is the name
 * under which containerd keeps the image: {@code ecr.aws/} and the ARN of its repository, then a
 * tag, a digest, or both. The other form is Docker's: the registry's host, the repository, tag and
 * digest.
 *
 * <pre>{@code
 * ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/team/app:1.4@sha256:...
 * 123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:1.4@sha256:...
 * }</pre>
 *
 * <p>{@link #of} reads both. A program should keep this value instead of its canonical text: a host
 * also tells which kind of endpoint to call ECR through, and an ARN can't.
 *
 * @param partition {@code aws}, {@code aws-cn}, {@code aws-us-gov}, ...
 * @param region the region that the repository is in
 * @param account the registry: twelve digits
 * @param repository the repository's name, slashes included
 * @param tag the tag, if there is one
 * @param digest the digest of the manifest or index, if there is one
 * @param endpoint the kind of endpoint to call ECR through; not part of the canonical form
 */
public record EcrReference(
    String partition,
    String region,
    String account,
    String repository,
    Optional<String> tag,
    Optional<Digest> digest,
    Endpoint endpoint) {

  /**
   * The kinds of endpoints that a region has. FIPS endpoints use cryptography that is validated
   * under FIPS 140 of the United States. Dual-stack endpoints have IPv6 addresses too.
   */
  public enum Endpoint {
    STANDARD(false, false),
    FIPS(true, false),
    DUAL_STACK(false, true),
    FIPS_DUAL_STACK(true, true);

    private final boolean fips;
    private final boolean dualStack;

    Endpoint(boolean fips, boolean dualStack) {
      this.fips = fips;
      this.dualStack = dualStack;
    }

    static Endpoint of(boolean fips, boolean dualStack) {
      if (fips) {
        return dualStack ? FIPS_DUAL_STACK : FIPS;
      }
      return dualStack ? DUAL_STACK : STANDARD;
    }

    public boolean fips() {
      return fips;
    }

    public boolean dualStack() {
      return dualStack;
    }
  }

  /** The start of the canonical form. It tells containerd's clients which resolver to use. */
  public static final String PREFIX = "ecr.aws/";

  private static final String FORMS =
      "ecr.aws/arn:<partition>:ecr:<region>:<account>:repository/<name>[:tag][@digest]"
          + " or <account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag][@digest]";
  private static final Pattern PARTITION = Pattern.compile("aws(-[a-z0-9]+)*");
  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)+");
  private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  /** ECR's own expression for a repository's name (RepositoryName in the model of its API). */
  private static final Pattern REPOSITORY =
      Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");

  private static final int MAX_REPOSITORY_LENGTH = 256;
  private static final int MAX_REFERENCE_LENGTH = 2048;
  private static final String HTTPS = "https://";

  public EcrReference {
    require(PARTITION, partition, "its partition is not one of AWS's (aws, aws-cn, ...)");
    require(REGION, region, "its region is not of the form us-west-2");
    require(ACCOUNT, account, "its account is not twelve digits");
    if (repository.length() < 2 || repository.length() > MAX_REPOSITORY_LENGTH) {
      throw new IllegalArgumentException("its repository name must have 2 to 256 characters");
    }
    require(
        REPOSITORY,
        repository,
        "its repository name must be lower-case letters and digits with . _ - / between them");
    tag.ifPresent(
        t ->
            require(
                TAG,
                t,
                "its tag must be 1 to 128 letters, digits, . _ - and must not start with . or -"));
  }

  /** A reference whose image is requested through the standard endpoint. */
  public EcrReference(
      String partition,
      String region,
      String account,
      String repository,
      Optional<String> tag,
      Optional<Digest> digest) {
    this(partition, region, account, repository, tag, digest, Endpoint.STANDARD);
  }

  private static void require(Pattern pattern, String value, String otherwise) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /**
   * Parses either form.
   *
   * @throws IllegalArgumentException if it is malformed; the message says where, and shows both
   *     forms
   */
  public static EcrReference of(String text) {
    boolean canonical = text.startsWith(PREFIX) || text.startsWith("arn:");
    return canonical ? parse(text) : fromImageUri(text);
  }

  /**
   * Parses the canonical form.
   *
   * @throws IllegalArgumentException if it is malformed; the message says where, and shows both
   *     forms
   */
  public static EcrReference parse(String text) {
    return read(text, EcrReference::parseCanonical);
  }

  /**
   * Parses Docker's form, with or without {@code https://} before it. The host may be in any AWS
   * partition, in a region that is newer than this program, and may be a FIPS or dual-stack host
   * ({@code 123456789012.dkr.ecr-fips.us-west-2.amazonaws.com}, {@code
   * 123456789012.dkr-ecr.us-west-2.on.aws}).
   *
   * @throws IllegalArgumentException if it is malformed; the message says where, and shows both
   *     forms
   */
  public static EcrReference fromImageUri(String text) {
    return read(text, EcrReference::parseImageUri);
  }

  private static EcrReference read(String text, Function<String, EcrReference> parser) {
    try {
      if (text.length() > MAX_REFERENCE_LENGTH) {
        throw new IllegalArgumentException(
            "it is longer than " + MAX_REFERENCE_LENGTH + " characters");
      }
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Not a reference to an image in ECR: %s: %s. Write %s"
              .formatted(Quoted.of(withoutSecrets(text)), e.getMessage(), FORMS));
    }
  }

  /** Removes the user information and the query from a URL that was passed as a reference. */
  private static String withoutSecrets(String text) {
    return text.replaceFirst("//[^/]*@", "//...@").replaceFirst("(?s)\\?.*", "?...");
  }

  private static EcrReference parseCanonical(String text) {
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
    Named image = Named.parse(resource.substring("repository/".length()));
    return new EcrReference(arn[1], arn[3], arn[4], image.repository, image.tag, image.digest);
  }

  private static EcrReference parseImageUri(String text) {
    String bare = text.startsWith(HTTPS) ? text.substring(HTTPS.length()) : text;
    int slash = bare.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "it starts neither with " + PREFIX + " nor with the host of a registry");
    }
    String before = bare.substring(0, slash);
    if (before.indexOf('@') >= 0) {
      throw new IllegalArgumentException("it must not contain a user name");
    }
    RegistryHost host = RegistryHost.parse(before);
    Named image = Named.parse(bare.substring(slash + 1));
    return new EcrReference(
        host.partition(),
        host.region(),
        host.account(),
        image.repository,
        image.tag,
        image.digest,
        host.endpoint());
  }

  /** The part that both forms end with. */
  private record Named(String repository, Optional<String> tag, Optional<Digest> digest) {

    static Named parse(String text) {
      int at = text.indexOf('@');
      Optional<Digest> digest =
          at < 0 ? Optional.empty() : Optional.of(Digest.parse(text.substring(at + 1)));
      String named = at < 0 ? text : text.substring(0, at);
      int colon = named.indexOf(':');
      Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(named.substring(colon + 1));
      return new Named(colon < 0 ? named : named.substring(0, colon), tag, digest);
    }
  }

  /** The ARN of the repository. */
  public String arn() {
    return "arn:%s:ecr:%s:%s:repository/%s".formatted(partition, region, account, repository);
  }

  /** This reference with a digest. */
  public EcrReference withDigest(Digest known) {
    return new EcrReference(
        partition, region, account, repository, tag, Optional.of(known), endpoint);
  }

  /**
   * The registry's host for this reference's kind of endpoint: the start of Docker's form.
   *
   * @throws IllegalStateException if no such host is known in the partition
   */
  public String registry() {
    if (!RegistryHost.exists(partition, endpoint)) {
      throw new IllegalStateException(
          "The host of a %s registry in the partition %s is not known"
              .formatted(endpoint.name().toLowerCase(Locale.ROOT), partition));
    }
    return new RegistryHost(account, endpoint, region, partition).toString();
  }

  /** The canonical form, which {@link #of} and {@link #parse} accept. */
  @Override
  public String toString() {
    return PREFIX + arn() + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }
}
