/**
 * ECR's API, JSON 1.1 over HTTP: one class for each operation, and a dispatcher.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.api;

import org.jspecify.annotations.NullMarked;
