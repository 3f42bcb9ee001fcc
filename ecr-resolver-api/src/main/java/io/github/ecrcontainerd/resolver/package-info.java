/**
 * References, descriptors, and the three small interfaces between a registry and everything that is
 * written against one: {@link io.github.ecrcontainerd.resolver.Resolver} finds what a reference
 * names, {@link io.github.ecrcontainerd.resolver.Fetcher} reads it, {@link
 * io.github.ecrcontainerd.resolver.Pusher} writes it. Nothing here depends on more than the JDK.
 */
@NullMarked
package io.github.ecrcontainerd.resolver;

import org.jspecify.annotations.NullMarked;
