package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;

/**
 * What the layer endpoint did for one GET of a layer that is there, under a valid URL.
 *
 * @param number which one it is since the server started, from 1
 * @param digest the layer
 * @param range the bytes asked for, all of them where no range was asked for
 * @param status what it was answered with: 200, 206, 403, 500, 503
 * @param bytesSent how many bytes of the layer left; final once it has ended
 * @param ended whether it is over, by its end or by a fault of either side
 */
public record LayerTransfer(
    long number, Digest digest, ByteRange range, int status, long bytesSent, boolean ended) {}
