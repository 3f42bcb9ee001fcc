package io.github.ecrcontainerd.containerd;

import java.nio.file.Files;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.util.OptionalLong;

/**
 * The listener of a unix socket, as the kernel reports it ({@code SO_PEERCRED}, unix(7)): the
 * process that called listen(2), with its credentials at that time.
 *
 * @param user its effective user, equal to any principal with the same number, for example a {@link
 *     Files#getOwner file's owner}. Its name may be the number
 * @param group its effective group
 * @param pid its process ID in this process's PID namespace; absent with the transport {@link
 *     SocketTransport#JDK}
 */
public record Peer(UserPrincipal user, GroupPrincipal group, OptionalLong pid) {}
