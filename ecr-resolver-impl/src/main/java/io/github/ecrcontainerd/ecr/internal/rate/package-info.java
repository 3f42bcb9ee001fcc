/** How many calls this process makes: the registry's quotas, shared by all resolvers. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.rate;

import org.jspecify.annotations.NullMarked;
