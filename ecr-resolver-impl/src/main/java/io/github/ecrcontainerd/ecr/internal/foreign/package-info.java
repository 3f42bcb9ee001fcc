/**
 * Foreign layers: those that a registry need not have, because their manifest says where else they
 * are. Its author chose the addresses, and is not trusted.
 *
 * <p>The JDK's HTTP clients resolve a host themselves, again for each connection, so an address
 * that was checked need not be the one that is connected to. Here a socket is connected to the
 * address that was checked, and TLS and HTTP/1.1 go over that socket.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.foreign;

import org.jspecify.annotations.NullMarked;
