package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gateway before ECR, nginx, that says when to come again. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class GatewayIT {
  private static final int LAYERS = 5;
  private static final int RETRY_AFTER = 2;

  private final Containerd daemon;
  private final LocalEcr ecr;

  GatewayIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @Test
  void aRefusedCallIsRepeatedNoEarlierThanItSaysAndThePullSucceeds() throws Exception {
    pull("calls", 2, 1_000, "GetDownloadUrlForLayer");
  }

  @Test
  void aRefusedLayerIsRequestedNoEarlierThanItSaysAndThePullSucceeds() throws Exception {
    pull("layers", 1_000, 2, "/blobs/");
  }

  private void pull(String repository, int calls, int requests, String refused) throws Exception {
    OciLayout layout = ecr.repository(repository);
    List<Descriptor> layers =
        IntStream.range(0, LAYERS)
            .mapToObj(layer -> NoiseImage.layer(layout, repository.hashCode() + layer, 10_000))
            .toList();
    NoiseImage.tag(layout, "latest", layers);
    String reference = ecr.reference(repository, "latest");
    List<Nginx.Answer> answers;
    try (Nginx nginx = Nginx.before(ecr.server(), calls, requests, RETRY_AFTER)) {
      try (EcrResolver resolver = ecr.resolver().endpointOverride(nginx.address()).build();
          ContainerdClient containerd =
              ContainerdClient.builder().address(daemon.socket()).build()) {
        containerd.pull(reference, resolver, PullOptions.builder().unpack(false).build());
      }
      answers = nginx.answers();
    }

    assertThat(daemon.ctr("images", "check", "name==" + reference))
        .contains("complete (%d/%<d)".formatted(LAYERS + 1));
    StoredContent.checkBytes(daemon);
    assertThat(answers)
        .as("refused for %s", refused)
        .anyMatch(answer -> answer.status() == 503 && answer.subject().contains(refused));
    Map<String, List<Nginx.Answer>> bySubject =
        answers.stream().collect(Collectors.groupingBy(Nginx.Answer::subject));
    for (List<Nginx.Answer> same : bySubject.values()) {
      for (int i = 1; i < same.size(); i++) {
        assertThat(same.get(i - 1).status()).as("before another try, in %s", same).isEqualTo(503);
        assertThat(Duration.ofMillis(same.get(i).arrived() - same.get(i - 1).answered()))
            .as("until the next try, in %s", same)
            .isGreaterThanOrEqualTo(Duration.ofSeconds(RETRY_AFTER));
      }
      assertThat(same.getLast().status()).as("the last of %s", same).isBetween(200, 206);
    }
  }
}
