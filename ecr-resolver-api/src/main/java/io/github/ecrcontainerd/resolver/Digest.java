package io.github.ecrcontainerd.resolver;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A digest of some bytes: {@code sha256:<64 hex digits>}, as the OCI image specification writes it
 * ("Digests" in its descriptor document).
 *
 * <p>Every instance is well-formed: a known algorithm, and exactly its number of lower-case hex
 * digits. It can be used in a file name or a header value without further checks.
 *
 * @param algorithm the hash function
 * @param hex the hash, in lower-case hex digits
 */
public record Digest(Algorithm algorithm, String hex) {

  /** The hash functions that image specifications use. */
  public enum Algorithm {
    SHA256("SHA-256", 64),
    SHA384("SHA-384", 96),
    SHA512("SHA-512", 128);

    private final String jcaName;
    private final int hexLength;

    Algorithm(String jcaName, int hexLength) {
      this.jcaName = jcaName;
      this.hexLength = hexLength;
    }

    /** The name in a digest: {@code sha256}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Starts a hash, which {@link Digest#of(Algorithm, MessageDigest)} completes. */
    public MessageDigest newHash() {
      try {
        return MessageDigest.getInstance(jcaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("This JDK has no " + jcaName, e);
      }
    }
  }

  public Digest {
    if (hex.length() != algorithm.hexLength) {
      throw new IllegalArgumentException(
          "A %s digest has %d hex digits, not %d"
              .formatted(algorithm.label(), algorithm.hexLength, hex.length()));
    }
    if (!hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      throw new IllegalArgumentException("A digest is written in lower-case hex digits");
    }
  }

  /**
   * Parses {@code sha256:<hex>}.
   *
   * @throws IllegalArgumentException if the algorithm is unknown, or isn't followed by exactly its
   *     number of lower-case hex digits
   */
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          "Not a digest: " + Quoted.of(text) + " (a digest is sha256: and 64 hex digits)");
    }
    String label = text.substring(0, colon);
    for (Algorithm algorithm : Algorithm.values()) {
      if (algorithm.label().equals(label)) {
        try {
          return new Digest(algorithm, text.substring(colon + 1));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "Not a digest: " + Quoted.of(text) + " (" + e.getMessage() + ")", e);
        }
      }
    }
    throw new IllegalArgumentException(
        "Not a digest: " + Quoted.of(text) + " (its algorithm is none of sha256, sha384, sha512)");
  }

  /** The SHA-256 digest of some bytes. */
  public static Digest sha256(byte[] content) {
    return of(Algorithm.SHA256, content);
  }

  /** The digest of some bytes by an algorithm. */
  public static Digest of(Algorithm algorithm, byte[] content) {
    MessageDigest hash = algorithm.newHash();
    hash.update(content);
    return of(algorithm, hash);
  }

  /** The SHA-256 digest of a buffer's remaining bytes. The buffer is read to its end. */
  public static Digest sha256(ByteBuffer content) {
    MessageDigest hash = Algorithm.SHA256.newHash();
    hash.update(content);
    return of(Algorithm.SHA256, hash);
  }

  /** Completes a hash that {@link Algorithm#newHash()} started. */
  public static Digest of(Algorithm algorithm, MessageDigest hash) {
    return new Digest(algorithm, HexFormat.of().formatHex(hash.digest()));
  }

  /** {@code sha256:<hex>}. */
  @Override
  public String toString() {
    return algorithm.label() + ":" + hex;
  }
}
