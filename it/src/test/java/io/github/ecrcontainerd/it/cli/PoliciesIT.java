package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.local.Operation;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The policies of docs/getting-started-aws.md allow what the commands call, and nothing else. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class PoliciesIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  PoliciesIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @BeforeEach
  void writeAnImage() {
    OciLayout layout = ecr.repository("source");
    layout.tag("1", LayeredImage.write(layout, 7).manifest());
    ecr.server().counters().reset();
  }

  @AfterEach
  void removeTheImages() {
    daemon
        .ctr("images", "ls", "-q")
        .lines()
        .forEach(name -> daemon.ctr("images", "rm", "--sync", name));
  }

  /** The actions that a statement allows, without what stands before each. */
  private static Set<String> allowed(String sid) throws IOException {
    return Markdown.blocks("docs/getting-started-aws.md", "json").stream()
        .flatMap(block -> JsonMapper.shared().readTree(block).path("Statement").valueStream())
        .filter(statement -> statement.path("Sid").asString().equals(sid))
        .flatMap(statement -> statement.path("Action").valueStream())
        .map(JsonNode::asString)
        .map(action -> action.substring("ecr:".length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> called() {
    return Stream.of(Operation.values())
        .filter(operation -> ecr.server().counters().requests(operation) > 0)
        .map(Operation::label)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void run(String... arguments) throws Exception {
    Ended ended =
        EcrCommand.withCredentials()
            .with("CONTAINERD_ADDRESS", daemon.socket().toString())
            .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
            .run(arguments);
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  @Test
  void ofAPull() throws Exception {
    run("pull", "--with-referrers", ecr.reference("source", "1"));
    run("resolve", ecr.reference("source", "1"));
    run("inspect", ecr.reference("source", "1"));

    assertThat(called()).isEqualTo(allowed("EcrPull"));
  }

  @Test
  void ofAPush() throws Exception {
    run("pull", ecr.reference("source", "1"));
    ecr.repository("pushed");
    ecr.server().counters().reset();

    run("push", ecr.reference("pushed", "1"), ecr.reference("source", "1"));

    assertThat(allowed("EcrPush")).containsAll(called());
    Set<String> never = new TreeSet<>(allowed("EcrPush"));
    never.removeAll(called());
    // What asks whether an image is there already; a copy does.
    assertThat(never).isSubsetOf("BatchGetImage");
  }

  @Test
  void ofACopy() throws Exception {
    ecr.repository("copied");

    run("copy", "--direct", ecr.reference("source", "1"), ecr.reference("copied", "1"));

    Set<String> both = new TreeSet<>(allowed("EcrPull"));
    both.addAll(allowed("EcrPush"));
    assertThat(both).containsAll(called());
  }

  @Test
  void theAwsCliKnowsEachOfTheOperations() throws Exception {
    for (String sid : List.of("EcrPull", "EcrPush")) {
      for (String action : allowed(sid)) {
        String command = action.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        // It is younger than Debian 12's AWS CLI.
        if (!action.equals("ListImageReferrers")) {
          assertThat(
                  AwsCli.withCredentials(Map.of("AWS_DEFAULT_REGION", "us-west-2"))
                      .ecr(List.of(), command, "--generate-cli-skeleton"))
              .contains("repositoryName");
        }
      }
    }
  }
}
