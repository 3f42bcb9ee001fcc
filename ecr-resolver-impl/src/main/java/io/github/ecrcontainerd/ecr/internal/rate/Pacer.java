package io.github.ecrcontainerd.ecr.internal.rate;

import java.time.Duration;

/** The clock that paces calls. */
public interface Pacer {
  Pacer SYSTEM =
      new Pacer() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
          Thread.sleep(Duration.ofNanos(nanos));
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Waits for that many nanoseconds. */
  void sleep(long nanos) throws InterruptedException;
}
