package io.github.ecrcontainerd.it.release;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.CleanDebian;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Tmux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code bin/package}: what it makes is installed where there is no Java, by dpkg, tar and
 * containerd, and works there.
 */
@WithOneContainerd
@Timeout(900)
class PackageIT {
  private static final Map<String, String> CREDENTIALS =
      Map.of("AWS_ACCESS_KEY_ID", "local", "AWS_SECRET_ACCESS_KEY", "x");

  private static final Pattern ENDED = Pattern.compile("\\[(.*) ended with (\\d+)]");

  /** A word of more characters than this, such as a reference, may be wider than a terminal. */
  private static final int MAX_WORD = 20;

  @TempDir private static Path directory;

  private final Containerd daemon;

  PackageIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeAll
  static void makeThePackages() {
    Command.run(
        Duration.ofMinutes(10),
        List.of(
            Checkout.project().resolve("bin/package").toString(), "--into", packages().toString()));
  }

  private static Path packages() {
    return directory.resolve("packages");
  }

  private static Path made(String end) throws IOException {
    try (Stream<Path> files = Files.list(packages())) {
      return files.filter(file -> file.toString().endsWith(end)).findFirst().orElseThrow();
    }
  }

  private static Path unpacked(Path where) throws IOException {
    Command.run(List.of("tar", "-C", where.toString(), "-xzf", made(".tar.gz").toString()));
    try (Stream<Path> files = Files.list(where)) {
      return files.findFirst().orElseThrow();
    }
  }

  private List<String> pull(LocalEcr ecr, String program, String socket, String reference) {
    return List.of(
        program,
        "pull",
        "--quiet",
        "--address",
        socket,
        "--endpoint-url",
        ecr.server().endpoint().toString(),
        reference);
  }

  private static String runWithoutJava(Map<String, String> environment, List<String> command) {
    List<String> line = new ArrayList<>(List.of("env", "-i", "PATH=/usr/bin:/bin"));
    environment.forEach((name, value) -> line.add(name + "=" + value));
    line.addAll(command);
    return Command.run(line);
  }

  @Test
  void lintianFindsNoErrorInTheDeb() throws Exception {
    String said = Command.run(List.of("lintian", "--allow-root", made(".deb").toString()));

    assertThat(said.lines()).noneMatch(line -> line.startsWith("E:"));
  }

  @Test
  void aDebianWithNothingButTheDebPulls(@TempDir Path room) throws Exception {
    CleanDebian debian = installedIn(room);
    assertThat(debian.file("/usr/bin/java")).doesNotExist();

    assertThat(debian.run("ecr", "--version")).startsWith("ecr ");
    try (LocalEcr ecr = sampleRegistry()) {
      String reference = ecr.reference("packaged/app", "latest");
      debian.run(
          CREDENTIALS,
          pull(ecr, "ecr", "/mnt/" + daemon.socket().getFileName(), reference)
              .toArray(String[]::new));

      assertThat(daemon.ctr("images", "check", "name==" + reference)).contains("complete");
      // Its /tmp is not the daemon's.
      assertThat(
              debian.run(
                  Map.of("CONTAINERD_ADDRESS", "/mnt/" + daemon.socket().getFileName()),
                  "sh",
                  "-c",
                  "ecr run \"$0\" 2>&1; echo $?",
                  reference))
          .contains("another file system than this process", "java.io.tmpdir")
          .endsWith("\n125\n")
          .hasLineCount(2);
    }
    debian.run("dpkg", "--purge", "ecr-containerd");
    assertThat(debian.file("/usr/lib/ecr-containerd")).doesNotExist();
  }

  /**
   * Each command, the way people call it. A pull leaves everything for those after it. The root
   * file system of a container is not reached from the room: {@code run} says so.
   */
  private static final String EACH_COMMAND =
      """
      try() { "$@"; echo "[$* ended with $?]"; }
      try ecr --version
      try ecr --help
      try ecr help pull
      for command in $COMMANDS; do try ecr $command --help; done
      try ecr resolve $REFERENCE
      try ecr inspect $REFERENCE
      try ecr pull --dry-run $REFERENCE
      try ecr pull --all-platforms $REFERENCE
      try ecr ls
      try ecr tag --force $REFERENCE further:1
      try ecr push $REFERENCE-pushed $REFERENCE
      try ecr copy --direct $REFERENCE $REFERENCE-copied
      try ecr run $REFERENCE
      try ecr rm --wait further:1
      try ecr completion bash > /dev/null
      try ecr nonsense
      """;

  @ParameterizedTest
  @ValueSource(ints = {40, 80, 200})
  void eachCommandFitsATerminal(int columns, @TempDir Path room) throws Exception {
    CleanDebian debian = installedIn(room);
    try (LocalEcr ecr = sampleRegistry()) {
      Map<String, String> environment = environmentOf(ecr);
      environment.put("TERM", "screen");
      Files.writeString(debian.file("/root/commands"), EACH_COMMAND);
      String line =
          debian.commandLine(environment, "sh", "/root/commands").stream()
              .map(word -> "'" + word.replace("'", "'\\''") + "'")
              .collect(Collectors.joining(" "));
      List<String> shown;
      try (Tmux terminal = Tmux.start(room, columns, 50, Map.of(), line)) {
        var _ =
            terminal.await(
                screen -> screen.stream().anyMatch(text -> text.startsWith("[ended with")));
        shown = terminal.history();
      }

      assertThat(shown).filteredOn(text -> text.startsWith("[ecr ")).hasSizeGreaterThan(20);
      assertThat(statuses(shown))
          .containsOnly(
              entry("ecr run " + environment.get("REFERENCE"), 125), entry("ecr nonsense", 2));
      // The terminal wraps no line but messages, which are one line each for who greps them, and
      // those with a word that is too long for any line. A help is never narrower than 80 columns.
      assertThat(
              shown.stream()
                  .filter(text -> !text.startsWith("[") && !text.startsWith("ecr: "))
                  .filter(text -> widthWithoutItsLongestWord(text) >= Math.max(80, columns)))
          .isEmpty();
    }
  }

  /** The commands that did not end with 0. */
  private static Map<String, Integer> statuses(List<String> shown) {
    Map<String, Integer> statuses = new HashMap<>();
    for (String line : shown) {
      Matcher ended = ENDED.matcher(line);
      if (ended.matches() && !ended.group(2).equals("0")) {
        statuses.put(ended.group(1), Integer.valueOf(ended.group(2)));
      }
    }
    return statuses;
  }

  private static int widthWithoutItsLongestWord(String line) {
    int longest = Arrays.stream(line.split(" ", -1)).mapToInt(String::length).max().orElse(0);
    return longest > MAX_WORD ? line.length() - longest : line.length() - 1;
  }

  @Test
  void eachCommandPrintsNoControlCharactersIntoAPipe(@TempDir Path room) throws Exception {
    CleanDebian debian = installedIn(room);
    try (LocalEcr ecr = sampleRegistry()) {
      Map<String, String> environment = environmentOf(ecr);
      String said = debian.run(environment, "sh", "-c", "(" + EACH_COMMAND + ") 2>&1 | cat");

      assertThat(said.chars()).noneMatch(c -> c < ' ' && c != '\n' && c != '\t');
      assertThat(statuses(said.lines().toList()))
          .containsOnly(
              entry("ecr run " + environment.get("REFERENCE"), 125), entry("ecr nonsense", 2));
    }
  }

  @Test
  void aPullInScriptShowsItsProgressAndEndsWithItsStatus(@TempDir Path room) throws Exception {
    CleanDebian debian = installedIn(room);
    try (LocalEcr ecr = sampleRegistry()) {
      String typescript =
          debian.run(
              environmentOf(ecr),
              "script",
              "--quiet",
              "--return",
              "--command",
              "ecr pull $REFERENCE",
              "/dev/null");

      assertThat(typescript).contains("\u001b[2K", "layer ", "[####");
      assertThat(daemon.ctr("images", "check")).contains("complete");
    }
  }

  private CleanDebian installedIn(Path room) throws IOException {
    CleanDebian debian = CleanDebian.in(room, requireNonNull(daemon.socket().getParent()));
    Files.copy(made(".deb"), debian.file("/root/ecr.deb"));
    debian.run("dpkg", "-i", "/root/ecr.deb");
    return debian;
  }

  private static LocalEcr sampleRegistry() {
    LocalEcr ecr = LocalEcr.openWithoutTls();
    Command.run(
        List.of(
            Checkout.project().resolve("bin/sample-image").toString(),
            ecr.repositoryPath("packaged/app").toString(),
            "latest"));
    return ecr;
  }

  private Map<String, String> environmentOf(LocalEcr ecr) {
    Map<String, String> environment = new HashMap<>(CREDENTIALS);
    environment.put("CONTAINERD_ADDRESS", "/mnt/" + daemon.socket().getFileName());
    environment.put("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString());
    environment.put("REFERENCE", ecr.reference("packaged/app", "latest"));
    environment.put("COMMANDS", String.join(" ", EcrCommand.COMMANDS));
    return environment;
  }

  @Test
  void theArchiveStartsFromItsCacheWhereverItIsUnpacked(@TempDir Path elsewhere) throws Exception {
    Path program = unpacked(Files.createDirectory(elsewhere.resolve("a directory")));
    Path link = Files.createSymbolicLink(elsewhere.resolve("ecr"), program.resolve("bin/ecr"));
    Path classes = elsewhere.resolve("classes");
    String log = "-Xlog:class+load:file=" + classes;

    for (String option : List.of("--version", "resolve")) {
      String line = "\"$0\" " + option + " || [ $? = 2 ]";
      runWithoutJava(Map.of("JAVA_TOOL_OPTIONS", log), List.of("sh", "-c", line, link.toString()));
      assertThat(Files.readString(classes).lines())
          .as("the program's classes in %s", option)
          .anyMatch(
              loaded ->
                  loaded.contains("io.github.ecrcontainerd.cli.Ecr ")
                      && loaded.contains("shared objects file"));
    }
  }

  @Test
  void theArchiveHasAManualPageOfEachCommandThatManShows(@TempDir Path elsewhere) throws Exception {
    Path pages = unpacked(elsewhere).resolve("share/man/man1");
    String help =
        runWithoutJava(
            Map.of(), List.of(pages.resolve("../../../bin/ecr").toString(), "pull", "--help"));

    String page =
        Command.run(
            List.of(
                "env",
                "MAN_KEEP_FORMATTING=",
                "MANWIDTH=200",
                "man",
                "--warnings",
                "-l",
                pages.resolve("ecr-pull.1.gz").toString()));

    assertThat(page).contains("ecr-pull - Pulls images from Amazon ECR into containerd");
    help.lines()
        .map(String::strip)
        .filter(line -> line.startsWith("--"))
        .map(line -> line.split("[= ]", 2)[0])
        .forEach(option -> assertThat(page).contains(option));
    try (Stream<Path> files = Files.list(pages)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("ecr.1.gz", "ecr-push.1.gz", "ecr-copy.1.gz", "ecr-completion.1.gz");
    }
  }

  @Test
  void theImageIsPulledByTheProgramInItAndRuns(@TempDir Path elsewhere) throws Exception {
    String program = unpacked(elsewhere).resolve("bin/ecr").toString();
    try (LocalEcr ecr = LocalEcr.openWithoutTls()) {
      String tag = Checkout.version();
      OciLayout layout = ecr.repository("ecr");
      Command.run(
          List.of(
              "skopeo",
              "copy",
              "--all",
              "oci:" + packages().resolve("image") + ":" + tag,
              "oci:" + layout.directory() + ":" + tag));
      String reference = ecr.reference("ecr", tag);
      runWithoutJava(CREDENTIALS, pull(ecr, program, daemon.socket().toString(), reference));

      assertThat(daemon.ctr("images", "check", "name==" + reference)).contains("complete");
      assertThat(
              runWithoutJava(
                  Map.of("CONTAINERD_ADDRESS", daemon.socket().toString()),
                  List.of(program, "run", reference, "--version")))
          .isEqualTo("ecr " + tag + "\n");
    }
  }

  /** As a pod does: its socket is the node's. */
  @Test
  void theImagePullsFromInsideAContainer() throws Exception {
    String image = "docker.io/library/ecr:" + Checkout.version();
    Path archive = directory.resolve("image.tar");
    Command.run(
        List.of(
            "skopeo",
            "copy",
            "oci:" + packages().resolve("image") + ":" + Checkout.version(),
            "oci-archive:" + archive + ":" + image));
    daemon.ctr("images", "import", archive.toString());
    JsonNode config =
        JsonMapper.shared()
            .readTree(
                Command.run(
                    List.of(
                        "skopeo",
                        "inspect",
                        "--config",
                        "oci:" + packages().resolve("image") + ":" + Checkout.version())));
    try (LocalEcr ecr = LocalEcr.openWithoutTls()) {
      OciLayout layout = ecr.repository("from/inside");
      layout.tag("latest", LayeredImage.write(layout, 4).manifest());
      String reference = ecr.reference("from/inside", "latest");
      List<String> line = new ArrayList<>(List.of("run", "--rm", "--net-host"));
      CREDENTIALS.forEach((name, value) -> line.addAll(List.of("--env", name + "=" + value)));
      line.addAll(
          List.of(
              "--mount",
              "type=bind,src=%s,dst=/run/containerd/containerd.sock,options=rbind:rw"
                  .formatted(daemon.socket())));
      line.addAll(List.of(image, "inside"));
      // ctr has its arguments in place of all of the image's.
      config.path("config").path("Entrypoint").forEach(word -> line.add(word.asString()));
      line.addAll(pull(ecr, "", "/run/containerd/containerd.sock", reference).subList(1, 8));
      daemon.ctr(line.toArray(String[]::new));

      assertThat(daemon.ctr("images", "check", "name==" + reference)).contains("complete");
    }
  }
}
