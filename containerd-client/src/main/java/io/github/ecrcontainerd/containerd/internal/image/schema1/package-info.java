/**
 * Docker's image manifest version 2, schema 1 ({@code distribution/distribution}, "Image Manifest
 * Version 2, Schema 1"), and what becomes of it: a schema 2 image of the same layers. containerd
 * did this up to 1.7 ({@code remotes/docker/schema1}).
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.image.schema1;

import org.jspecify.annotations.NullMarked;
