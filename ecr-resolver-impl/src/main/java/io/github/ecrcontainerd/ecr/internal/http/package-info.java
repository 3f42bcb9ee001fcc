/**
 * The HTTP clients of a resolver. They choose the proxy of a request, and explain why no answer
 * came.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.http;

import org.jspecify.annotations.NullMarked;
