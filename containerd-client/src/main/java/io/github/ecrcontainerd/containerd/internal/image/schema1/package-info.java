/**
 * Docker's image manifest version 2, schema 1 ({@code distribution/distribution}, "Image Manifest
 * Version 2, Schema 1"), and its conversion to a schema 2 image with the same layers. containerd
 * had this conversion up to 1.7 ({@code remotes/docker/schema1}).
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.image.schema1;

import org.jspecify.annotations.NullMarked;
