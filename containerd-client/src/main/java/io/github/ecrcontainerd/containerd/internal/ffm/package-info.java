/**
 * Calls to libc and other native libraries through {@code java.lang.foreign}, for functions that
 * the JDK lacks. Linux, 64 bits.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.ffm;

import org.jspecify.annotations.NullMarked;
