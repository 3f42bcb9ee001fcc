/**
 * The registries that tests use, and tests of the resolver, its downloads and ecr-local. {@link
 * io.github.ecrcontainerd.it.registry.PrivateEcr} gives a test its own ecr-local.
 */
@NullMarked
package io.github.ecrcontainerd.it.registry;

import org.jspecify.annotations.NullMarked;
