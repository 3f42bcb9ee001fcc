/** The calls of the Amazon ECR API, and the meaning of their errors. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.api;

import org.jspecify.annotations.NullMarked;
