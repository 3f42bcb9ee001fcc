package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.ApiFault;

/**
 * Facts of a call in addition to its members.
 *
 * @param region the region that the call was signed for
 * @param fault the fault of the call
 */
record Call(String region, ApiFault fault) {}
