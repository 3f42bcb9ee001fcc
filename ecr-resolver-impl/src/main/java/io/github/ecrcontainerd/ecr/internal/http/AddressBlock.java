package io.github.ecrcontainerd.ecr.internal.http;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A block of IP addresses: those that have the same leading bits (RFC 4632).
 *
 * @param address one of them
 * @param bits how many leading bits
 */
public record AddressBlock(InetAddress address, int bits) {

  /**
   * Reads a block, {@code 10.0.0.0/8}, or an address, which is a block of its own.
   *
   * @return empty if it is something else, such as a name: that is not looked up
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

  /** Reads a block that a program has written. */
  public static AddressBlock of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("no block: " + text));
  }

  /** Whether it has that address; one of the other protocol it hasn't. */
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

  /** Whether a host is one of its addresses, written out; a name never is. */
  boolean containsHost(String host) {
    return literal(host).filter(this::contains).isPresent();
  }

  /** An address as it stands in a URL, or without its brackets. */
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
