/** The services over gRPC, one class each. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.service;

import org.jspecify.annotations.NullMarked;
