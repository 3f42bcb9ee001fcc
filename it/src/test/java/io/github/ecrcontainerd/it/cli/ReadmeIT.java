package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.OtherUser;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the README, and of the documents that a reader of it comes to next, work as they
 * stand there. What uses {@code bin/ecr} is run here, in the order in which it stands there. What
 * sets up a machine or takes long is run by continuous integration, or run here by a user without
 * root, which says whether its arguments are accepted.
 */
@WithOneContainerd
@Timeout(300)
class ReadmeIT {
  /** What continuous integration runs. */
  private static final Set<String> OF_CONTINUOUS_INTEGRATION =
      Set.of("bin/demo", "bin/verify --all");

  /** What starts daemons as root, and is too much for a test. */
  private static final Set<String> NEEDING_ROOT =
      Set.of(
          "bin/demo",
          "bin/verify",
          "bin/verify --all",
          "bin/verify --all PullIT",
          "bin/verify PullIT",
          "bin/clean-room",
          "bin/clean-room --all",
          "bin/with-docker mvn verify -pl it -am -Dit.containerd=docker",
          "bin/soak",
          "bin/soak --tls",
          "bin/chaos --minutes 10",
          "bin/bench --quick",
          "bin/bench timeline");

  /** What builds the project: bin/clean-room does the first two as a user, bin/verify the third. */
  private static final Set<String> OF_THE_CLEAN_ROOM =
      Set.of(
          "bin/setup build",
          "bin/verify --unit",
          "mvn verify -DskipITs",
          "mvn test -pl containerd-client -am -Dtest=TarReaderTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false");

  /** What ReleaseIT does. */
  private static final Set<String> OF_THE_RELEASE =
      Set.of(
          "bin/package",
          "bin/release --dry-run",
          "mvn compile exec:java -Dexec.mainClass=PullImage");

  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");
  private static final String PORT = "4566";

  private final Containerd daemon;
  private final List<Process> servers = new ArrayList<>();
  @TempDir private Path directory;
  private Checkout checkout;
  private DocumentedCommands documents;
  private String port;

  ReadmeIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeEach
  void readTheReadme() throws IOException {
    checkout = Checkout.in(directory);
    documents = DocumentedCommands.read();
    port = Integer.toString(freePort());
  }

  @AfterEach
  void endTheServers() throws InterruptedException {
    for (Process server : servers) {
      server.descendants().forEach(ProcessHandle::destroy);
      server.destroy();
      assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    servers.clear();
  }

  @Test
  void servesAnEcrAndMovesImagesAsItSays() throws Exception {
    tarOfAnApplication();
    // The first start prepares later ones, as bin/demo has done for a reader.
    assertThat(run("bin/ecr --version")).contains("ecr ");
    List<String> said = new ArrayList<>();
    for (String block : documents.blocks()) {
      if (block.startsWith("bin/ecr local ")) {
        startServer(block);
      } else if (!NEEDING_ROOT.contains(block.strip())
          && block.lines().noneMatch(OF_THE_CLEAN_ROOM::contains)
          && block.lines().noneMatch(OF_THE_RELEASE::contains)) {
        said.add(run(block));
      }
    }

    assertThat(servers).hasSize(1);
    assertThat(said).anySatisfy(out -> assertThat(out).contains("Hello from a container!"));
    assertThat(daemon.ctr("images", "check").lines().skip(1))
        .isNotEmpty()
        .allMatch(line -> line.contains(" complete "));
    for (String pushed : List.of("pushed", "copied")) {
      assertThat(Command.run(skopeoInspect(pushed))).contains("\"Digest\"");
    }
  }

  @Test
  void namesNoOptionThatThereIsNot() throws Exception {
    String command = "";
    int options = 0;
    for (String line : documents.synopses()) {
      if (line.startsWith("bin/")) {
        command = line.startsWith("bin/ecr ") ? line.split(" ", 3)[1] : "";
      }
      Matcher option = OPTION.matcher(line);
      if (command.isEmpty() || !option.find()) {
        continue;
      }
      String help = run("bin/ecr " + command + " --help");
      do {
        assertThat(help).as(line).contains(option.group());
        options++;
      } while (option.find());
    }
    assertThat(options).isGreaterThan(5);
  }

  @Test
  void runsWhatItsSentencesTell() throws Exception {
    for (String command : documents.sentences()) {
      if (command.endsWith("--help")) {
        String script = command.substring("bin/".length(), command.indexOf(' '));
        assertThat(run(command)).containsPattern("(?i)(usage: |^)" + script + " ");
      } else if (command.startsWith("bin/ecr local ")) {
        startServer("mkdir -p registry\n" + command);
        // A directory is one server's.
        endTheServers();
      } else if (command.startsWith("bin/ecr ")) {
        // Named without all of its arguments.
        assertThat(run(command + " --help")).contains("ecr");
      } else if (command.startsWith("bin/setup ")) {
        assertThat(run("bin/setup --help")).contains(command.substring("bin/setup ".length()));
      } else if (!command.startsWith("bin/bench ")) {
        // Programs that are named alone are no commands.
        assertThat(
                NEEDING_ROOT.contains(command)
                    || OF_THE_CLEAN_ROOM.contains(command)
                    || OF_THE_RELEASE.contains(command)
                    || !command.contains(" "))
            .as(command)
            .isTrue();
      }
    }
  }

  @Test
  void saysWithoutRootWhatItCantDoAndTakesTheArguments() throws Exception {
    try (Stream<Path> parts = Files.walk(directory)) {
      for (Path part : (Iterable<Path>) parts.filter(Files::isDirectory)::iterator) {
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    Set<String> written = new HashSet<>(documents.sentences());
    documents.blocks().forEach(block -> written.add(block.strip()));
    assertThat(written).containsAll(NEEDING_ROOT);
    Set<String> needingRoot = new HashSet<>(NEEDING_ROOT);
    needingRoot.addAll(benchmarks());
    for (String command : needingRoot) {
      List<String> asUser = new ArrayList<>(OtherUser.wrapper(OtherUser.NOBODY));
      asUser.addAll(List.of("bash", "-c", command));
      Ended ended = run(asUser);
      assertThat(ended.status()).as(command).isEqualTo(1);
      assertThat(ended.said()).as(command).contains("root").hasLineCount(1);
    }
  }

  /** The rows of the table beside other tools, as far as {@code ctr} itself tells. */
  @Test
  void saysOfCtrWhatCtrSays() {
    assertThat(daemon.ctr("images", "pull", "--help")).contains("--user").doesNotContain("aws");
    assertThat(daemon.ctr("images", "--help")).contains("push").doesNotContain("copy");
  }

  /**
   * Those of sentences, and of the synopses: a command, then two blanks or more and what it does.
   */
  private Set<String> benchmarks() {
    Set<String> benchmarks =
        Stream.concat(documents.synopses().stream(), documents.sentences().stream())
            .filter(line -> line.startsWith("bin/bench"))
            .map(line -> line.split(" {2,}", 2)[0].replaceAll("[\\[\\]]|\\.\\.\\.", ""))
            .collect(Collectors.toSet());
    assertThat(benchmarks).hasSizeGreaterThan(5);
    return benchmarks;
  }

  @Test
  void letsContinuousIntegrationRunWhatIsTooMuchForATest() throws Exception {
    assertThat(
            Checkout.continuousIntegration()
                .replace("\"$repo/bin/", "bin/")
                .replace("\"", "")
                .lines())
        .containsAll(OF_CONTINUOUS_INTEGRATION);
    assertThat(Files.readString(Path.of(checkout.script("clean-room")))).contains("Without root");
  }

  private record Ended(int status, String said) {}

  private String run(String script) throws Exception {
    Ended ended = run(List.of("bash", "-euo", "pipefail", "-c", onTheFreePort(script)));
    assertThat(ended.status()).as("%s%n%s", script, ended.said()).isZero();
    return ended.said();
  }

  private Ended run(List<String> command) throws IOException, InterruptedException {
    Path said = Files.createTempFile("readme", ".out");
    try {
      Process process = process(command).redirectOutput(said.toFile()).start();
      try {
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return new Ended(process.exitValue(), Files.readString(said));
    } finally {
      Files.delete(said);
    }
  }

  /** Starts a server, and waits until it says that it listens. */
  private void startServer(String script) throws IOException {
    Process server = process(List.of("bash", "-c", onTheFreePort(script))).start();
    servers.add(server);
    assertThat(server.inputReader().lines().anyMatch(line -> line.startsWith("listening on ")))
        .as(script)
        .isTrue();
  }

  private ProcessBuilder process(List<String> command) {
    ProcessBuilder builder = checkout.process(command).redirectErrorStream(true);
    builder.environment().put("CONTAINERD_ADDRESS", daemon.socket().toString());
    // Where a daemon in Docker finds the FIFOs of a client.
    String temporary = System.getProperty("java.io.tmpdir");
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    return builder;
  }

  /** The port of the README may be another program's. */
  private String onTheFreePort(String script) {
    return script.replace(PORT, port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private List<String> skopeoInspect(String repository) {
    return List.of(
        "skopeo", "inspect", "oci:" + directory.resolve("registry").resolve(repository) + ":1.0");
  }

  /** What a reader has built: the archive that skopeo is to bring. */
  private void tarOfAnApplication() {
    OciLayout layout = OciLayout.create(directory.resolve("layout"));
    OciImage image =
        layout.image(
            Format.OCI,
            Platform.current(),
            List.of(Layer.gzip(new LayerTar().file("app", 0755, "x"))));
    layout.tag("latest", image.manifest());
    Command.run(
        List.of(
            "skopeo",
            "--insecure-policy",
            "copy",
            "oci:" + layout.directory() + ":latest",
            "docker-archive:" + directory.resolve("app.tar")));
  }
}
