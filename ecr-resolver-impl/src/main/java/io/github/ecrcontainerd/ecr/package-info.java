/** The resolver, fetcher and pusher over the Amazon ECR API. */
@NullMarked
package io.github.ecrcontainerd.ecr;

import org.jspecify.annotations.NullMarked;
