/**
 * {@code ecr pull --timeline}: what the JDK's Flight Recorder saw of a pull, as a page. It needs no
 * JavaScript and nothing from elsewhere.
 */
@NullMarked
package io.github.ecrcontainerd.cli.timeline;

import org.jspecify.annotations.NullMarked;
