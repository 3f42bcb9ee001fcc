package io.github.ecrcontainerd.ecr.internal.download;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** The empty body of a GET. */
final class NoContent implements SdkHttpContentPublisher {

  @Override
  public Optional<Long> contentLength() {
    return Optional.of(0L);
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long count) {
            subscriber.onComplete();
          }

          @Override
          public void cancel() {}
        });
  }
}
