package io.github.ecrcontainerd.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResolverTest {

  /** One that knows references as text only. */
  private static final class ByText implements Resolver {
    private final List<String> asked = new ArrayList<>();

    @Override
    public Resolution resolve(String reference) {
      asked.add(reference);
      return new Resolution(reference, Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[0]));
    }

    @Override
    public Fetcher fetcher(String reference) {
      asked.add(reference);
      return (descriptor, offset) -> EmbeddedData.of(new byte[0]).open(0);
    }

    @Override
    public Pusher pusher(String reference) {
      asked.add(reference);
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  @Test
  void takesAReferenceByItsCanonicalTextUnlessItKnowsBetter() throws Exception {
    EcrReference reference =
        EcrReference.of("123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/app:1");
    ByText resolver = new ByText();

    resolver.resolve(reference);
    resolver.fetcher(reference);
    try {
      resolver.pusher(reference);
    } catch (UnsupportedOperationException noPusher) {
      // Only what it was asked for counts.
    }

    assertThat(resolver.asked)
        .hasSize(3)
        .containsOnly("ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:1");
  }
}
