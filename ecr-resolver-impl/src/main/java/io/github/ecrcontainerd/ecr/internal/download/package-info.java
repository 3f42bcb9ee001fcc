/**
 * Layers, read in parallel ranges and handed on in order, in a fixed amount of memory.
 *
 * <p>{@code RangeScheduler} owns the connections and buffers of all layers. It starts a {@code
 * RangeDownload} for each range of a layer's {@code RangePlan}, in the order of {@code
 * LayerWindow}, which {@code LayerReader} reads. A range sends {@code RangeRequest}s until its
 * buffer has all of it, each over a {@code LayerGet}. Towards their owner these classes speak
 * through listeners: {@code RangeDownload.Listener}, {@code RangeRequest.Listener}, {@code
 * LayerGet.Receiver}.
 *
 * <p>Threads: a range's bytes arrive on the HTTP client's threads, a virtual thread of its own
 * watches its requests, and its reader reads it.
 *
 * <p>Lock order: a range's lock before the scheduler's. A range calls its listener with its lock
 * held, so the scheduler calls no range while it holds its own. {@code LatencyStats} and {@code
 * HedgeBudget} have locks of their own and call no other class while they hold them. {@code
 * LayerSource} holds its lock while it asks for a URL: it is called for one with no other lock
 * held.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.download;

import org.jspecify.annotations.NullMarked;
