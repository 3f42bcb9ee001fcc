/**
 * What tests use on this machine: processes, other users, the checkout. {@link
 * io.github.ecrcontainerd.it.support.EcrCommand} runs {@code ecr}.
 */
@NullMarked
package io.github.ecrcontainerd.it.support;

import org.jspecify.annotations.NullMarked;
