/**
 * References, descriptors, and the three interfaces between a registry and its clients: {@link
 * io.github.ecrcontainerd.resolver.Resolver} resolves a reference, {@link
 * io.github.ecrcontainerd.resolver.Fetcher} reads content, and {@link
 * io.github.ecrcontainerd.resolver.Pusher} writes it. This package depends only on the JDK.
 */
@NullMarked
package io.github.ecrcontainerd.resolver;

import org.jspecify.annotations.NullMarked;
