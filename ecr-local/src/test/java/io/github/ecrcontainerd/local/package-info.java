/** Tests of ecr-local by clients that are not ours: the AWS SDK, the JDK's HTTP client, skopeo. */
@NullMarked
package io.github.ecrcontainerd.local;

import org.jspecify.annotations.NullMarked;
