package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.rate.TokenBucket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A call that was sent.
 *
 * @param answer completes with the answer
 * @param bucket where the call's token came from
 * @param begun when the token was taken, as a value of {@link System#nanoTime}
 */
public record ApiCall<T>(CompletableFuture<T> answer, Optional<TokenBucket> bucket, long begun) {

  /** Whether there is an answer, or will be none. */
  public boolean isDone() {
    return answer.isDone();
  }

  public void cancel() {
    answer.cancel(true);
  }

  /** The answer came, and was not that the call is throttled. */
  void accepted() {
    bucket.ifPresent(TokenBucket::accepted);
  }

  void throttled() {
    bucket.ifPresent(each -> each.throttled(begun));
  }
}
