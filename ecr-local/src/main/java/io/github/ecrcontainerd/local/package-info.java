/**
 * An Amazon ECR for development and tests: {@link io.github.ecrcontainerd.local.EcrLocal} serves
 * ECR's API and S3-like layer URLs from image layouts on disk, {@link
 * io.github.ecrcontainerd.local.Conditions} makes it as slow or as broken as a test needs, and
 * {@link io.github.ecrcontainerd.local.Counters} counts the requests. The packages below this one
 * are internal.
 */
@NullMarked
package io.github.ecrcontainerd.local;

import org.jspecify.annotations.NullMarked;
