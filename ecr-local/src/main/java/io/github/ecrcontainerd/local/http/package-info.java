/**
 * HTTP/1.1 on Netty: ports, connections, and one request at a time on each of them.
 *
 * <p>The future of a write is used only if something depends on it. A write fails when its
 * connection is closed, and then no client waits for the answer.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.http;

import org.jspecify.annotations.NullMarked;
