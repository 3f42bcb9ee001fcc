package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.Tmux;
import io.github.ecrcontainerd.local.LayerFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a pull shows in a terminal of tmux and of script(1), in a pipe, and in a log. */
@WithOneContainerd
@Timeout(120)
class ProgressIT {
  private static final int LAYER_BYTES = 3 << 20;
  private static final int MANY = 60;

  private final Containerd daemon;
  private final LocalEcr ecr = LocalEcr.openWithoutTls();
  @TempDir private Path directory;

  ProgressIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeEach
  void makeAnImage() {
    image("app", 4, LAYER_BYTES);
  }

  @AfterEach
  void close() {
    ecr.close();
    daemon
        .ctr("images", "ls", "-q")
        .lines()
        .forEach(name -> daemon.ctr("images", "rm", "--sync", name));
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 80, 200})
  void drawsLayersOverEachOtherAndLeavesWhatBecameOfThem(int columns) throws Exception {
    ecr.server().conditions().bandwidthPerConnection(1 << 20);
    try (Tmux terminal = terminal(columns, "app")) {
      List<String> going = terminal.await(screen -> contains(screen, "downloading"));
      assertThat(going).anyMatch(line -> line.contains("waiting") || line.contains("downloading"));
      List<String> last = terminal.await(screen -> contains(screen, "[ended with 0]"));

      // Manifest, configuration, four layers: a line each, and none of them twice.
      assertThat(last.stream().filter(line -> line.endsWith("done") || line.endsWith("pulled")))
          .hasSize(6);
      assertThat(last).anyMatch(line -> line.matches("  \\d+\\.\\d MiB in \\d+\\.\\d s"));
      assertThat(last).noneMatch(line -> line.contains("downloading") || line.contains("total"));
    }
  }

  @Test
  void foldsWhatIsDoneAndWhatWaits() throws Exception {
    image("many", MANY, 20_000);
    ecr.server().conditions().layerLatency(Duration.ofMillis(300));
    try (Tmux terminal = terminal(80, "many")) {
      terminal.await(screen -> contains(screen, " waiting, ") && contains(screen, " done, "));
      List<String> last = terminal.await(screen -> contains(screen, "[ended with 0]"));
      assertThat(last).anyMatch(line -> line.matches("  %d done, .*".formatted(MANY + 2)));
    }
  }

  @Test
  void leavesNothingOfItAfterAnError() throws Exception {
    ecr.server().conditions().bandwidthPerConnection(1 << 20);
    ecr.server().conditions().layerFaults(request -> LayerFault.corruptByte(0));
    try (Tmux terminal = terminal(80, "app")) {
      List<String> last = terminal.await(screen -> contains(screen, "[ended with 1]"));

      assertThat(last).noneMatch(line -> line.contains("[#") || line.contains("total"));
      assertThat(last.stream().filter(line -> line.startsWith("ecr: "))).hasSize(1);
    }
  }

  @Test
  void writesLinesWhereLinesAreKept() throws Exception {
    for (Map<String, String> environment :
        List.of(Map.of("TERM", "dumb"), Map.of("TERM", "xterm", "CI", "true"))) {
      assertThat(inScript(environment, "app"))
          .doesNotContain("\u001b")
          .containsPattern("(?m)^  layer    [0-9a-f]{12} .* (pulled|exists)");
    }
    assertThat(inScript(Map.of("TERM", "xterm"), "app")).contains("\u001b[2K");
    assertThat(shell("%s 2>&1 | cat".formatted(pull("app")), Map.of()))
        .doesNotContain("\u001b")
        .containsPattern("(?m)^  layer    [0-9a-f]{12} .* (pulled|exists)$");
  }

  @Test
  void writesAnObjectForEachThingThatHappensIfItIsTold() throws Exception {
    String said = shell(pull("app") + " --progress=json 2>&1 >/dev/null", Map.of());
    // How it stands is told every second, and a busy machine takes that long for anything.
    List<JsonNode> objects =
        said.lines()
            .map(JsonMapper.shared()::readTree)
            .filter(object -> !object.path("event").asString().equals("progress"))
            .toList();

    assertThat(objects.stream().map(object -> object.path("event").asString()))
        .startsWith("resolved")
        .contains("planned", "going", "transferred", "unpacking", "unpacked")
        .endsWith("complete");
    assertThat(objects.getLast().path("bytes")).isEqualTo(objects.getLast().path("total"));
  }

  private static boolean contains(List<String> screen, String text) {
    return screen.stream().anyMatch(line -> line.contains(text));
  }

  private Tmux terminal(int columns, String repository) {
    return Tmux.start(directory, columns, 24, environment(Map.of()), pull(repository));
  }

  /** What script(1) got of a terminal of its own. */
  private String inScript(Map<String, String> environment, String repository) throws Exception {
    Path typescript = Files.createTempFile(directory, "typescript", "");
    shell("script -qec '%s' %s".formatted(pull(repository), typescript), environment);
    return Files.readString(typescript);
  }

  private String shell(String script, Map<String, String> more) {
    List<String> command = new ArrayList<>(List.of("env", "-i"));
    environment(more).forEach((name, value) -> command.add(name + "=" + value));
    command.addAll(List.of("bash", "-c", script));
    return Command.run(command);
  }

  private String pull(String repository) {
    return "%s pull %s".formatted(Checkout.launcher(), ecr.reference(repository, "latest"));
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", directory.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("TERM", "xterm");
    environment.put("CI", "");
    environment.put("CONTAINERD_ADDRESS", daemon.socket().toString());
    environment.put("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString());
    environment.put("AWS_ACCESS_KEY_ID", "local");
    environment.put("AWS_SECRET_ACCESS_KEY", "x");
    environment.putAll(more);
    return environment;
  }

  private void image(String repository, int layers, int bytes) {
    OciLayout layout = ecr.repository(repository);
    Random random = new Random(layers);
    List<Layer> made = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      byte[] noise = new byte[bytes];
      random.nextBytes(noise);
      made.add(Layer.gzip(new LayerTar().file("layer" + layer, 0644, noise)));
    }
    layout.tag("latest", layout.image(Format.OCI, OciLayout.HERE, made).manifest());
  }
}
