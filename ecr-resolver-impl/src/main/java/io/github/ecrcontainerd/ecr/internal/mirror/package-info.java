/**
 * Registries that are asked for content before Amazon ECR. They speak the OCI distribution API as
 * containerd's hosts do. Nothing from a mirror is trusted: content is requested by digest, and the
 * digest is checked as for any other source. Tags are never asked of a mirror.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.mirror;

import org.jspecify.annotations.NullMarked;
