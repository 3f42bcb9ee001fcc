/**
 * The documents that make an image: index, manifest and configuration (OCI image specification).
 */
@NullMarked
package io.github.ecrcontainerd.containerd.oci;

import org.jspecify.annotations.NullMarked;
