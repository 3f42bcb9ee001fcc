package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;

/**
 * A GET of a layer, as a rule for faults sees it.
 *
 * @param number which one it is of all since the server started, from 1
 * @param numberOfLayer which one it is for this layer, from 1
 * @param digest the layer
 * @param range the bytes that it gets; all of them where it asked for no range
 */
public record LayerRequest(long number, long numberOfLayer, Digest digest, ByteRange range) {}
