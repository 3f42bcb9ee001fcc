/**
 * Files of an image's root file system, read without mounting it: from the directories of its
 * snapshot, or from its layers.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.rootfs;

import org.jspecify.annotations.NullMarked;
