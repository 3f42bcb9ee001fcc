package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;

/**
 * A GET of a layer, as input of a rule for faults.
 *
 * @param number the number of this request among all layer requests since the server started, from
 *     1
 * @param numberOfLayer the number of this request among those for this layer, from 1
 * @param digest the layer
 * @param range the bytes that it gets; the whole layer if it requested no range
 */
public record LayerRequest(long number, long numberOfLayer, Digest digest, ByteRange range) {}
