/** Tests of ecr-local by clients that are not ours: the AWS SDK and the JDK's HTTP client. */
@NullMarked
package io.github.ecrcontainerd.local;

import org.jspecify.annotations.NullMarked;
