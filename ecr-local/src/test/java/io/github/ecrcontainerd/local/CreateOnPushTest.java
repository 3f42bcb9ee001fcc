package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.ecr.model.Layer;
import software.amazon.awssdk.services.ecr.model.LayerAvailability;
import software.amazon.awssdk.services.ecr.model.RepositoryNotFoundException;

/** A push creates the repository that it names, and nothing else does. */
class CreateOnPushTest {
  private static final String NEW = "new/one";

  @RegisterExtension final RunningEcr ecr = RunningEcr.creatingOnPush();

  @Test
  void createsARepositoryAtItsFirstUpload() {
    ecr.client().initiateLayerUpload(r -> r.repositoryName(NEW));

    assertThat(ecr.client().describeRepositories(r -> r.repositoryNames(NEW)).repositories())
        .hasSize(1);
    assertThat(ecr.directory().resolve(NEW).resolve("oci-layout")).isRegularFile();
  }

  @Test
  void createsARepositoryForAnIndexWithoutLayers() {
    String index = RunningEcr.index(List.of());

    ecr.client().putImage(r -> r.repositoryName(NEW).imageManifest(index).imageTag("1"));

    assertThat(ecr.client().listImages(r -> r.repositoryName(NEW)).imageIds())
        .singleElement()
        .satisfies(id -> assertThat(id.imageTag()).isEqualTo("1"));
  }

  @Test
  void createsItOnceForUploadsAtTheSameTime() throws Exception {
    List<Callable<String>> uploads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      uploads.add(() -> ecr.client().initiateLayerUpload(r -> r.repositoryName(NEW)).uploadId());
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(threads.invokeAll(uploads)).extracting(Future::get).doesNotHaveDuplicates();
    }
  }

  @Test
  void saysThatARepositoryToComeHasNoLayerAndDoesNotCreateIt() {
    String digest = Digest.sha256(utf8("layer")).toString();

    assertThat(
            ecr.client()
                .batchCheckLayerAvailability(r -> r.repositoryName(NEW).layerDigests(digest))
                .layers())
        .extracting(Layer::layerAvailability)
        .containsExactly(LayerAvailability.UNAVAILABLE);
    assertThat(ecr.directory().resolve("new")).doesNotExist();
  }

  @Test
  void createsNothingForAReader() {
    assertThatThrownBy(() -> ecr.client().listImages(r -> r.repositoryName(NEW)))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(() -> ecr.client().describeImages(r -> r.repositoryName(NEW)))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThat(ecr.directory().resolve("new")).doesNotExist();
  }

  @Test
  void keepsTheRulesForNames() {
    assertThatThrownBy(() -> ecr.client().initiateLayerUpload(r -> r.repositoryName("../x")))
        .hasMessageContaining("repositoryName");
  }
}
