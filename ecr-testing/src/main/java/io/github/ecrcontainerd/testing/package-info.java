/**
 * For tests of applications that use this library: {@link
 * io.github.ecrcontainerd.testing.WithEcrAndContainerd} gives a test class an Amazon ECR and a
 * containerd of its own, and {@link io.github.ecrcontainerd.testing.ContainerdContainer} is that
 * containerd alone.
 */
@NullMarked
package io.github.ecrcontainerd.testing;

import org.jspecify.annotations.NullMarked;
