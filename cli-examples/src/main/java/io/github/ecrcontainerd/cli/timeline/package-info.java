/**
 * {@code ecr pull --timeline}: a page about a pull, made from events of the JDK's Flight Recorder.
 * The page needs no JavaScript and loads nothing from elsewhere.
 */
@NullMarked
package io.github.ecrcontainerd.cli.timeline;

import org.jspecify.annotations.NullMarked;
