package io.github.ecrcontainerd.containerd;

import java.nio.file.Files;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.util.OptionalLong;

/**
 * Who listens on a unix socket, as the kernel tells it ({@code SO_PEERCRED}, unix(7)): the process
 * that called listen(2), and what it was then.
 *
 * @param user its effective user, equal to another one with the same number: to the {@link
 *     Files#getOwner owner of a file}, for example. Its name may be the number
 * @param group its effective group
 * @param pid its process ID, as seen from here; the transport {@link SocketTransport#JDK} doesn't
 *     tell it
 */
public record Peer(UserPrincipal user, GroupPrincipal group, OptionalLong pid) {}
