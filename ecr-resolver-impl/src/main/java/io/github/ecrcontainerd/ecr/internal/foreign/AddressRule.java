package io.github.ecrcontainerd.ecr.internal.foreign;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses a foreign layer may be fetched from.
 *
 * @param allowPrivate whether all of them
 */
record AddressRule(boolean allowPrivate) {

  /** Those of IPv4 that are not public (IANA IPv4 Special-Purpose Address Registry). */
  private static final List<Block> NOT_PUBLIC_4 =
      List.of(
          Block.of4("0.0.0.0", 8),
          Block.of4("10.0.0.0", 8),
          Block.of4("100.64.0.0", 10),
          Block.of4("127.0.0.0", 8),
          // Instance metadata of most clouds, 169.254.169.254, is among them.
          Block.of4("169.254.0.0", 16),
          Block.of4("172.16.0.0", 12),
          Block.of4("192.0.0.0", 24),
          Block.of4("192.0.2.0", 24),
          Block.of4("192.168.0.0", 16),
          Block.of4("198.18.0.0", 15),
          Block.of4("198.51.100.0", 24),
          Block.of4("203.0.113.0", 24),
          // Azure's host, the one metadata service at a public address.
          Block.of4("168.63.129.16", 32),
          Block.of4("224.0.0.0", 3));

  /** All that IPv6 has in public use (RFC 4291, section 2.4; IANA's registry). */
  private static final Block PUBLIC_6 = Block.of6(0x20, 3);

  /** What of it is not, or leads to an IPv4 address: 2001::/23, 2001:db8::/32, 2002::/16. */
  private static final List<Block> NOT_PUBLIC_6 =
      List.of(
          Block.of6(0x20, 23, 0x01, 0x00),
          Block.of6(0x20, 32, 0x01, 0x0d, 0xb8),
          Block.of6(0x20, 16, 0x02),
          Block.of6(0x3f, 20, 0xff, 0x00));

  /** A network: the leading bits of its addresses. */
  private record Block(List<Integer> prefix, int bits) {
    static Block of4(String address, int bits) {
      return new Block(Arrays.stream(address.split("\\.")).map(Integer::valueOf).toList(), bits);
    }

    static Block of6(int first, int bits, Integer... others) {
      Integer[] prefix = new Integer[16];
      Arrays.fill(prefix, 0);
      prefix[0] = first;
      System.arraycopy(others, 0, prefix, 1, others.length);
      return new Block(List.of(prefix), bits);
    }

    boolean has(byte[] address) {
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if (((address[bit / 8] ^ prefix.get(bit / 8)) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  boolean allows(InetAddress address) {
    if (allowPrivate) {
      return true;
    }
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return NOT_PUBLIC_4.stream().noneMatch(block -> block.has(bytes));
    }
    return PUBLIC_6.has(bytes) && NOT_PUBLIC_6.stream().noneMatch(block -> block.has(bytes));
  }
}
