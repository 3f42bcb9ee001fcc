/**
 * What the launcher runs once, so that every command starts faster after it: a pull that the JVM
 * watches. No command needs this package.
 */
@NullMarked
package io.github.ecrcontainerd.cli.training;

import org.jspecify.annotations.NullMarked;
