package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.LAYER;
import static io.github.ecrcontainerd.ecr.StubRegistry.MANIFEST;
import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a transfer whose listener throws, as {@link TransferListener} says it. */
@Timeout(60)
class ThrowingListenerTest {
  private static final Descriptor ROOT = Descriptor.of(MediaTypes.OCI_MANIFEST, MANIFEST);
  private static final Descriptor BLOB = Descriptor.of(MediaTypes.OCI_LAYER, LAYER);

  /** Throws at one event, as long as it is armed, and keeps what it was told. */
  private static final class Thrower implements TransferListener {
    private final String event;
    private final IllegalStateException thrown = new IllegalStateException("a listener's defect");
    private final List<String> told = new ArrayList<>();
    private final List<Throwable> causes = new ArrayList<>();
    private boolean armed = true;

    Thrower(String event) {
      this.event = event;
    }

    private void tell(String name) {
      told.add(name);
      if (armed && name.equals(event)) {
        throw thrown;
      }
    }

    @Override
    public void started(Descriptor content, long offset) {
      tell("started");
    }

    @Override
    public void transferred(Descriptor content, long bytes) {
      tell("transferred");
    }

    @Override
    public void completed(Descriptor content) {
      tell("completed");
    }

    @Override
    public void failed(Descriptor content, Throwable cause) {
      causes.add(cause);
      tell("failed");
    }
  }

  enum Transfer {
    RESOLVE {
      @Override
      void run(EcrResolver resolver) throws InterruptedException {
        resolver.resolve(REFERENCE);
      }
    },
    FETCH {
      @Override
      void run(EcrResolver resolver) throws InterruptedException {
        try (BlobReader reader = resolver.fetcher(REFERENCE).fetch(BLOB)) {
          assertThat(reader.read()).isEqualTo(ByteBuffer.wrap(LAYER));
        }
      }
    },
    WRITE {
      @Override
      void run(EcrResolver resolver) throws InterruptedException {
        try (BlobWriter writer = resolver.pusher(REFERENCE).write(BLOB)) {
          writer.write(ByteBuffer.wrap(LAYER));
          writer.commit();
        }
      }
    },
    PUT {
      @Override
      void run(EcrResolver resolver) throws InterruptedException {
        resolver.pusher(REFERENCE).putRoot(ROOT, MANIFEST);
      }
    };

    abstract void run(EcrResolver resolver) throws InterruptedException;
  }

  @ParameterizedTest
  @CsvSource({
    "RESOLVE, started", "RESOLVE, transferred", "RESOLVE, completed",
    "FETCH, started", "FETCH, transferred", "FETCH, completed",
    "WRITE, started", "WRITE, transferred", "WRITE, completed",
    "PUT, started", "PUT, transferred", "PUT, completed",
  })
  void endsTheTransferWithWhatItsListenerThrew(Transfer transfer, String event) throws Exception {
    Thrower listener = new Thrower(event);
    try (StubRegistry stub = StubRegistry.working();
        EcrResolver resolver = stub.resolver().listener(listener).build()) {
      assertThatThrownBy(() -> transfer.run(resolver)).isSameAs(listener.thrown);
      if (event.equals("completed")) {
        assertThat(listener.told).endsWith("completed").doesNotContain("failed");
      } else {
        assertThat(listener.told).containsOnlyOnce("failed").endsWith("failed");
        assertThat(listener.causes).containsExactly(listener.thrown);
      }

      // What the transfer had is free for the next one.
      listener.armed = false;
      listener.told.clear();
      transfer.run(resolver);
      assertThat(listener.told).containsExactly("started", "transferred", "completed");
    }
  }

  @Test
  void aFailureIsNotHiddenByWhatItsListenerThrows() throws Exception {
    Thrower listener = new Thrower("failed");
    Descriptor longer = Descriptor.of(MediaTypes.OCI_LAYER, BLOB.digest(), LAYER.length - 1L);
    try (StubRegistry stub = StubRegistry.working();
        EcrResolver resolver = stub.resolver().listener(listener).build();
        BlobWriter writer = resolver.pusher(REFERENCE).write(longer)) {
      assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(LAYER)))
          .hasMessageContaining("its descriptor says")
          .hasSuppressedException(listener.thrown);
    }
    assertThat(listener.told).containsExactly("started", "failed");
  }

  @Test
  void aTransferThatIsClosedBeforeItsEndFailsOnce() throws Exception {
    Thrower listener = new Thrower("failed");
    try (StubRegistry stub = StubRegistry.working();
        EcrResolver resolver = stub.resolver().listener(listener).build()) {
      BlobReader reader = resolver.fetcher(REFERENCE).fetch(BLOB);
      assertThatThrownBy(reader::close).isSameAs(listener.thrown);
      reader.close();

      BlobWriter writer = resolver.pusher(REFERENCE).write(BLOB);
      assertThatThrownBy(writer::close).isSameAs(listener.thrown);
      writer.close();
    }
    assertThat(listener.told).containsExactly("started", "failed", "started", "failed");
  }
}
