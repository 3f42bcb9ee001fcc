/**
 * ECR's API, JSON 1.1 over HTTP: one class an operation, and the dispatcher above them.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.api;

import org.jspecify.annotations.NullMarked;
