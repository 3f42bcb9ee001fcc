/**
 * Images for tests: {@link io.github.ecrcontainerd.it.image.LayerTar} and {@link
 * io.github.ecrcontainerd.it.image.RootFs} make their layers, {@link
 * io.github.ecrcontainerd.it.image.OciLayout} writes them to disk, and {@link
 * io.github.ecrcontainerd.it.image.Tree} is what a daemon made of them.
 */
@NullMarked
package io.github.ecrcontainerd.it.image;

import org.jspecify.annotations.NullMarked;
