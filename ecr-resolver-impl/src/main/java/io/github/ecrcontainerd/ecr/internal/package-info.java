/** The implementation of the API's interfaces over calls of Amazon ECR. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal;

import org.jspecify.annotations.NullMarked;
