/**
 * The launcher runs this once: a pull that the JVM records, so that every later command starts
 * faster. No command needs this package.
 */
@NullMarked
package io.github.ecrcontainerd.cli.training;

import org.jspecify.annotations.NullMarked;
