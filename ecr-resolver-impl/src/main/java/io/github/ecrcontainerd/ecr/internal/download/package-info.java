/**
 * Downloads layers in parallel ranges and returns their bytes in order, in a fixed amount of
 * memory.
 *
 * <p>{@code RangeScheduler} owns the connections and buffers of all layers. It starts a {@code
 * RangeDownload} for each range of a layer's {@code RangePlan}, in the order of {@code
 * LayerWindow}, which {@code LayerReader} reads. {@code RangeAttempts} sends {@code RangeRequest}s
 * until the range's buffer is complete, each over a {@code LayerGet}. These classes report to their
 * owners through listeners: {@code RangeDownload.Listener}, {@code RangeRequest.Listener}, {@code
 * LayerGet.Receiver}.
 *
 * <p>Threads: a range's bytes arrive on the HTTP client's threads, a virtual thread per range runs
 * its {@code RangeAttempts}, and the reader's thread reads it.
 *
 * <p>Lock order: a range's lock before the scheduler's. A range calls its listener with its lock
 * held, so the scheduler calls no range while it holds its own lock. {@code LatencyStats} and
 * {@code HedgeBudget} have locks of their own and call no other class while they hold them. {@code
 * LayerSource} holds its lock while it requests a URL, so callers that need a URL hold no other
 * lock.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.download;

import org.jspecify.annotations.NullMarked;
