package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.ApiFault;

/**
 * What is known of a call beside its members.
 *
 * @param region the region that it was signed for
 * @param fault what shall go wrong with it
 */
record Call(String region, ApiFault fault) {}
