/** Tests of {@code ecr} as a program: what it is given, prints and leaves, and how it ends. */
@NullMarked
package io.github.ecrcontainerd.it.cli;

import org.jspecify.annotations.NullMarked;
