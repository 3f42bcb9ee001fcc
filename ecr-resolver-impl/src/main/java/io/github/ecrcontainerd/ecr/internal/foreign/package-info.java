/**
 * Foreign layers: layers that a registry need not have, because their manifest lists other URLs for
 * them. The manifest's author chose the addresses, and is not trusted.
 *
 * <p>The JDK's HTTP clients resolve a host themselves for each connection, so they may connect to
 * another address than the one that was checked. This package connects a socket to the checked
 * address, and uses TLS and HTTP/1.1 over that socket.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.foreign;

import org.jspecify.annotations.NullMarked;
