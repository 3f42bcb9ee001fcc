package io.github.ecrcontainerd.ecr.internal.http;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A block of IP addresses with the same leading bits (RFC 4632).
 *
 * @param address one of the addresses
 * @param bits the number of leading bits
 */
public record AddressBlock(InetAddress address, int bits) {

  /**
   * Parses a block, {@code 10.0.0.0/8}, or an address, which is a block of one address.
   *
   * @return empty if it is something else, such as a host name, which is not resolved
   */
  public static Optional<AddressBlock> parse(String text) {
    String[] words = text.split("/", 2);
    Optional<InetAddress> address = literal(words[0]);
    if (address.isEmpty()) {
      return Optional.empty();
    }
    int longest = address.get().getAddress().length * 8;
    if (words.length == 1) {
      return Optional.of(new AddressBlock(address.get(), longest));
    }
    try {
      int bits = Integer.parseInt(words[1]);
      return bits < 0 || bits > longest
          ? Optional.empty()
          : Optional.of(new AddressBlock(address.get(), bits));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Parses a block that is known to be well-formed. */
  public static AddressBlock of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an address block: " + text));
  }

  /**
   * Whether the block contains an address. It never contains an address of the other IP version.
   */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] others = other.getAddress();
    if (mine.length != others.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((mine[bit / 8] ^ others[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a host is an address literal in this block. A host name never is. */
  boolean containsHost(String host) {
    return literal(host).filter(this::contains).isPresent();
  }

  /** Parses an address literal, with or without a URL's brackets. */
  private static Optional<InetAddress> literal(String text) {
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    try {
      return Optional.of(
          InetAddress.ofLiteral(bracketed ? text.substring(1, text.length() - 1) : text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
