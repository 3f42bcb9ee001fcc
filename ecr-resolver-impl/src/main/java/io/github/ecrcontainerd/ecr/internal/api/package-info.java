/** The calls of the Amazon ECR API, and what their errors mean. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.api;

import org.jspecify.annotations.NullMarked;
