package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;

/**
 * The result of one GET of an existing layer with a valid URL.
 *
 * @param number the number of this request since the server started, from 1
 * @param digest the layer
 * @param range the requested bytes; the whole layer if no range was requested
 * @param status the status of the answer: 200, 206, 403, 500, 503
 * @param bytesSent how many bytes of the layer were sent; final once the transfer has ended
 * @param ended whether the transfer has ended, completely or by a fault of either side
 */
public record LayerTransfer(
    long number, Digest digest, ByteRange range, int status, long bytesSent, boolean ended) {}
