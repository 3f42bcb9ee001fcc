/** What stands between the API's interfaces and the calls. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal;

import org.jspecify.annotations.NullMarked;
