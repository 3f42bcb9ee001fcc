/**
 * Calls of libc through {@code java.lang.foreign}: what the JDK has no call for. Linux, 64 bits.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.ffm;

import org.jspecify.annotations.NullMarked;
