/**
 * Support for tests of applications that use this library. {@link
 * io.github.ecrcontainerd.testing.WithEcrAndContainerd} gives a test class its own Amazon ECR and
 * containerd. {@link io.github.ecrcontainerd.testing.ContainerdContainer} is only the containerd.
 */
@NullMarked
package io.github.ecrcontainerd.testing;

import org.jspecify.annotations.NullMarked;
