package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The manifests of docs/kubernetes.md: Kubernetes' own model takes them, and they pull. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class KubernetesIT {
  private static final String REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com/";

  private final Containerd daemon;
  private final LocalEcr ecr;

  KubernetesIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  private static List<JsonNode> manifests() throws IOException {
    List<JsonNode> manifests = new ArrayList<>();
    for (String block : Markdown.blocks("docs/kubernetes.md", "yaml")) {
      try (MappingIterator<JsonNode> documents =
          new YAMLMapper().readerFor(JsonNode.class).readValues(block)) {
        documents.forEachRemaining(manifests::add);
      }
    }
    return manifests;
  }

  private static void check(JsonNode manifest) throws IOException {
    JsonElement element = JsonParser.parseString(manifest.toString());
    switch (manifest.path("kind").asString()) {
      case "DaemonSet" -> V1DaemonSet.validateJsonElement(element);
      case "Job" -> V1Job.validateJsonElement(element);
      case "ServiceAccount" -> V1ServiceAccount.validateJsonElement(element);
      default -> throw new AssertionError("What is this? " + manifest);
    }
  }

  @Test
  void kubernetesOwnModelTakesThem() throws IOException {
    List<JsonNode> manifests = manifests();

    assertThat(manifests).hasSize(3);
    for (JsonNode manifest : manifests) {
      check(manifest);
    }
  }

  @Test
  void theModelWouldRefuseAnotherField() throws IOException {
    for (JsonNode manifest : manifests()) {
      JsonNode wrong =
          new YAMLMapper()
              .readTree(manifest.toString().replaceFirst("\"namespace\"", "\"nameSpace\""));
      assertThatThrownBy(() -> check(wrong)).hasMessageContaining("nameSpace");
    }
  }

  @Test
  void theirCommandLinesPullWhatTheyName() throws Exception {
    for (String repository : List.of("team/app", "team/worker")) {
      OciLayout layout = ecr.repository(repository);
      layout.tag("1.4", LayeredImage.write(layout, 6).manifest());
    }
    for (JsonNode manifest : manifests()) {
      JsonNode pod = manifest.path("spec").path("template").path("spec");
      List<JsonNode> containers =
          Stream.of("initContainers", "containers")
              .flatMap(kind -> pod.path(kind).valueStream())
              .filter(container -> container.path("name").asString().equals("pull"))
              .toList();
      for (JsonNode container : containers) {
        pull(container.path("args").valueStream().map(JsonNode::asString).toList());
      }
    }
  }

  private void pull(List<String> arguments) throws Exception {
    Ended ended =
        EcrCommand.withCredentials()
            .with("CONTAINERD_ADDRESS", daemon.socket().toString())
            .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
            .run(arguments.toArray(String[]::new));
    assertThat(ended.status()).as(ended.err()).isZero();
    String images = daemon.ctr("--namespace", "k8s.io", "images", "ls");
    for (String image : arguments.stream().filter(each -> each.startsWith(REGISTRY)).toList()) {
      assertThat(images).contains(image + " ").contains("io.cri-containerd.image=managed");
    }
    assertThat(daemon.ctr("--namespace", "k8s.io", "images", "check")).doesNotContain("incomplete");
    daemon
        .ctr("--namespace", "k8s.io", "images", "ls", "-q")
        .lines()
        .forEach(name -> daemon.ctr("--namespace", "k8s.io", "images", "rm", "--sync", name));
  }
}
