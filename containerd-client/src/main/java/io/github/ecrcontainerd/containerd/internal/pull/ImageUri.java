package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reference in Docker's form, by which kubelet, nerdctl and compose look up images: the host of a
 * registry, a repository, and a tag or digest (distribution, {@code reference/regexp.go}).
 *
 * @param repository the host and the repository's name
 * @param tag the part after the colon, if any
 * @param digest the part after the at sign, if any
 */
record ImageUri(String repository, Optional<String> tag, Optional<Digest> digest) {
  /** Java matches repeated groups by recursion, whose depth the text's length determines. */
  private static final int MAX_LENGTH = 2048;

  private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";

  private static final Pattern FORM =
      Pattern.compile(
          "(?:https://)?"
              + "(?<repository>(?:localhost|[A-Za-z0-9-]+(?=[.:])[A-Za-z0-9.-]*)(?::[0-9]+)?"
              + "(?:/%s)+)".formatted(COMPONENT)
              + "(?::(?<tag>\\w[\\w.-]{0,127}))?"
              + "(?:@(?<digest>[a-z0-9]+:[0-9a-f]+))?");

  /** Parses a reference; empty for a reference of another form, such as an ARN. */
  static Optional<ImageUri> read(String reference) {
    if (reference.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(reference);
    if (!form.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new ImageUri(
            form.group("repository"),
            Optional.ofNullable(form.group("tag")),
            Optional.ofNullable(form.group("digest")).map(Digest::parse)));
  }

  /**
   * Returns the name of an image record, as containerd's CRI plugin writes it ({@code
   * reference/docker.ParseDockerRef}): a digest replaces the tag.
   */
  String recordName() {
    return digest.map(this::withDigest).orElse(repository + ":" + tag.orElse("latest"));
  }

  /** Returns the name of the record for a digest. */
  String withDigest(Digest named) {
    return repository + "@" + named;
  }
}
