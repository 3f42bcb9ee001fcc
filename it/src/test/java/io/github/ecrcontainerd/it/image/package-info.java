/**
 * Images that tests make: {@link io.github.ecrcontainerd.it.image.LayerTar} and {@link
 * io.github.ecrcontainerd.it.image.RootFs} are their layers, {@link
 * io.github.ecrcontainerd.it.image.OciLayout} puts them on disk, and {@link
 * io.github.ecrcontainerd.it.image.Tree} is what a daemon made of them.
 */
@NullMarked
package io.github.ecrcontainerd.it.image;

import org.jspecify.annotations.NullMarked;
