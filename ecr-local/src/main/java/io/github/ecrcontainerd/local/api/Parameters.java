package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The constraints on the members of requests, as in the model of ECR's API. */
final class Parameters {
  /** The maximum number of image ids, layer digests or media types in one call. */
  static final int LARGEST_BATCH = 100;

  static final String DIGEST_EXPRESSION = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+";
  private static final Pattern DIGEST = Pattern.compile(DIGEST_EXPRESSION);

  private static final Pattern UPLOAD_ID =
      Pattern.compile(
          "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

  private Parameters() {}

  static <T> T required(String member, @Nullable T value) {
    if (value == null) {
      throw EcrError.constraint(member, "must not be null");
    }
    return value;
  }

  /** Checks a batch against the size limit of all operations. */
  static <T> List<T> batch(String member, @Nullable List<@Nullable T> values) {
    List<T> batch = new ArrayList<>();
    for (@Nullable T value : batchOfNullable(member, values)) {
      batch.add(required(member, value));
    }
    return batch;
  }

  /** The same for an operation whose answer lists the missing values. */
  static <T> List<@Nullable T> batchOfNullable(String member, @Nullable List<@Nullable T> values) {
    List<@Nullable T> batch = required(member, values);
    if (batch.isEmpty() || batch.size() > LARGEST_BATCH) {
      throw EcrError.constraint(member, "Member must have length between 1 and " + LARGEST_BATCH);
    }
    return batch;
  }

  /** Checks the form of an upload's id. Only ids of this form are looked up. */
  static String uploadId(@Nullable String text) {
    String id = required("uploadId", text);
    if (!UPLOAD_ID.matcher(id).matches()) {
      throw EcrError.constraint(
          "uploadId", "must satisfy regular expression '" + UPLOAD_ID.pattern() + "'");
    }
    return id;
  }

  static Digest layerDigest(String member, @Nullable String text) {
    return digest(required(member, text))
        .orElseThrow(
            () ->
                EcrError.constraint(
                    member, "must satisfy regular expression '" + DIGEST_EXPRESSION + "'"));
  }

  /** Parses a digest; empty if the algorithm is unknown or the length is wrong. */
  static Optional<Digest> digest(String text) {
    if (!DIGEST.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Digest.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
