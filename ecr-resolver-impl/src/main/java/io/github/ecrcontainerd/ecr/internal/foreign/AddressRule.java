package io.github.ecrcontainerd.ecr.internal.foreign;

import io.github.ecrcontainerd.ecr.internal.http.AddressBlock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Decides which addresses a foreign layer may be fetched from.
 *
 * @param allowPrivate whether to allow all addresses
 */
record AddressRule(boolean allowPrivate) {

  /** The IPv4 addresses that are not public (IANA IPv4 Special-Purpose Address Registry). */
  private static final List<AddressBlock> NOT_PUBLIC_4 =
      blocks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          // Includes the instance metadata of most clouds, 169.254.169.254.
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          // Azure's host, the only metadata service at a public address.
          "168.63.129.16",
          "224.0.0.0/3");

  /** All IPv6 addresses in public use (RFC 4291, section 2.4; IANA's registry). */
  private static final AddressBlock PUBLIC_6 = AddressBlock.of("2000::/3");

  /** Its blocks that are not public, or that lead to an IPv4 address. */
  private static final List<AddressBlock> NOT_PUBLIC_6 =
      blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private static List<AddressBlock> blocks(String... blocks) {
    return Stream.of(blocks).map(AddressBlock::of).toList();
  }

  boolean allows(InetAddress address) {
    if (allowPrivate) {
      return true;
    }
    return address instanceof Inet4Address
        ? NOT_PUBLIC_4.stream().noneMatch(block -> block.contains(address))
        : PUBLIC_6.contains(address)
            && NOT_PUBLIC_6.stream().noneMatch(block -> block.contains(address));
  }
}
