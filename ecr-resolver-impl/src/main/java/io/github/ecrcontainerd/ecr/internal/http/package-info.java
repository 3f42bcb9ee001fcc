/** The HTTP clients of a resolver: through which proxy a request goes, and why no answer came. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.http;

import org.jspecify.annotations.NullMarked;
