package io.github.ecrcontainerd.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code bin/release --dry-run}: what Maven Central asks for is there, by the word of gpg, sha1sum
 * and the JDK's jar; and a project that knows the README and this repository alone is built by the
 * Maven that is installed here, and pulls.
 */
@WithOneContainerd
@Timeout(900)
class ReleaseIT {
  private static final String GROUP = "io/github/ecrcontainerd";
  private static final String VERSION = "0.1.0";
  private static final List<String> LIBRARIES =
      List.of(
          "ecr-resolver-api", "ecr-resolver-impl", "containerd-client", "ecr-local", "ecr-testing");
  private static final String SIGNER = "release-it@example.com";

  // As short as can be: the agent of gpg makes its socket there.
  @TempDir private static Path directory;

  private final Containerd daemon;

  ReleaseIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeAll
  static void release() throws Exception {
    Files.createDirectory(
        keys(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    gpg("--quick-generate-key", "--passphrase", "", SIGNER, "ed25519", "sign");
    run(
        Checkout.project(),
        Map.of("GNUPGHOME", keys().toString()),
        List.of(
            Checkout.project().resolve("bin/release").toString(),
            "--dry-run",
            "--sign",
            SIGNER,
            "--version",
            VERSION,
            repository().toString()));
  }

  @AfterAll
  static void endTheAgent() {
    Command.run(List.of("gpgconf", "--homedir", keys().toString(), "--kill", "all"));
  }

  private static Path keys() {
    return directory.resolve("g");
  }

  private static Path repository() {
    return directory.resolve("repository");
  }

  private static String gpg(String... arguments) {
    return Command.run(
        Stream.concat(
                Stream.of("gpg", "--homedir", keys().toString(), "--batch"), Stream.of(arguments))
            .toList());
  }

  @Test
  void hasAllFilesOfEachModuleWithChecksumsAndSignatures() throws IOException {
    for (String module : LIBRARIES) {
      for (String end :
          List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json")) {
        Path file = file(module, end);
        assertThat(file).isNotEmptyFile();
        assertThat(Command.run(List.of("sha1sum", file.toString())))
            .startsWith(Files.readString(sibling(file, ".sha1")).strip());
        assertThat(Command.run(List.of("md5sum", file.toString())))
            .startsWith(Files.readString(sibling(file, ".md5")).strip());
        gpg("--verify", sibling(file, ".asc").toString(), file.toString());
      }
    }
  }

  @Test
  void hasNoOtherModulesThanThoseThatApplicationsDependOn() throws IOException {
    try (Stream<Path> modules = Files.list(repository().resolve(GROUP))) {
      assertThat(modules.map(module -> module.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "ecr-containerd",
              "ecr-containerd-bom",
              "ecr-resolver-api",
              "ecr-resolver-impl",
              "containerd-client",
              "ecr-local",
              "ecr-testing");
    }
  }

  @Test
  void saysInEachPomWhatMavenCentralAsksFor() throws IOException {
    String parent = Files.readString(file("ecr-containerd", ".pom"));
    String bom = Files.readString(file("ecr-containerd-bom", ".pom"));
    for (String pom : List.of(parent, bom)) {
      assertThat(pom)
          .contains("<name>", "<description>", "<url>https://", "<license>", "<developer>", "<scm")
          .doesNotContain("-SNAPSHOT");
    }
    assertThat(bom)
        .doesNotContain("<parent>", "<properties>", "jspecify", "software.amazon.awssdk");
    for (String module : LIBRARIES) {
      assertThat(Files.readString(file(module, ".pom")))
          .contains("<name>", "<description>", "<artifactId>ecr-containerd</artifactId>")
          .doesNotContain("-SNAPSHOT");
      assertThat(bom).contains("<artifactId>%s</artifactId>".formatted(module));
    }
  }

  @Test
  void hasTheLicenceInEachJarAndNoInternalsInTheJavadoc() {
    for (String module : LIBRARIES) {
      assertThat(list(file(module, ".jar"))).contains("META-INF/LICENSE", "META-INF/NOTICE");
      assertThat(list(file(module, "-sources.jar"))).anyMatch(name -> name.endsWith(".java"));
      assertThat(list(file(module, "-javadoc.jar")))
          .contains("index.html")
          .noneMatch(name -> name.contains("/internal/"));
    }
  }

  @Test
  void listsWhatAModuleIsMadeWith() throws IOException {
    JsonNode bom =
        JsonMapper.shared().readTree(file("ecr-resolver-impl", "-cyclonedx.json").toFile());

    assertThat(bom.path("bomFormat").asString()).isEqualTo("CycloneDX");
    assertThat(bom.path("components").valueStream().map(each -> each.path("purl").asString()))
        .anyMatch(purl -> purl.startsWith("pkg:maven/software.amazon.awssdk/ecr@"))
        .anyMatch(purl -> purl.startsWith("pkg:maven/tools.jackson.core/jackson-core@"))
        .noneMatch(purl -> purl.contains("junit"));
  }

  @Test
  void isBuiltOnAndPullsByWhatTheReadmeSays() throws Exception {
    String readme = Files.readString(Checkout.project().resolve("README.md"));
    String dependencies = block(readme, "xml");
    String program = block(readme, "java");
    Path project = Files.createDirectory(directory.resolve("project"));
    Path sources = Files.createDirectories(project.resolve("src/main/java"));
    Files.writeString(sources.resolve("PullImage.java"), program);
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>com.example</groupId>
          <artifactId>application</artifactId>
          <version>1</version>
          <repositories>
            <repository>
              <id>ecr-containerd</id>
              <url>%s</url>
            </repository>
          </repositories>
        %s
        </project>
        """
            .formatted(repository().toUri(), dependencies));
    try (LocalEcr ecr = LocalEcr.openWithoutTls()) {
      OciLayout layout = ecr.repository("team/app");
      OciImage image = LayeredImage.write(layout, 1);
      layout.tag("1.4", image.manifest());
      String said =
          run(
              project,
              Map.of(
                  "CONTAINERD_ADDRESS",
                  daemon.socket().toString(),
                  "AWS_ENDPOINT_URL_ECR",
                  ecr.server().endpoint().toString(),
                  "AWS_ACCESS_KEY_ID",
                  "local",
                  "AWS_SECRET_ACCESS_KEY",
                  "x"),
              List.of(
                  "mvn",
                  "--batch-mode",
                  "--quiet",
                  "--no-transfer-progress",
                  "-Dmaven.repo.local=" + withoutOurs(),
                  "compile",
                  "exec:java",
                  "-Dexec.mainClass=PullImage"));

      String digest = image.manifest().digest().toString();
      assertThat(said).contains("team/app:1.4 " + digest);
      assertThat(daemon.ctr("images", "ls")).contains(digest);
      assertThat(daemon.ctr("images", "check")).contains("complete");
    }
  }

  /** What this machine's Maven has brought from elsewhere, so that it needn't be brought again. */
  private static Path withoutOurs() throws IOException {
    Path brought = Path.of(System.getProperty("user.home"), ".m2", "repository");
    Path copy = directory.resolve("m2");
    if (Files.isDirectory(brought)) {
      Command.run(List.of("cp", "-a", "--reflink=auto", brought.toString(), copy.toString()));
      Command.run(List.of("rm", "-rf", copy.resolve(GROUP).toString()));
    }
    return copy;
  }

  private static String block(String readme, String language) {
    Matcher block =
        Pattern.compile(
                "^```%s\n(.*?)^```$".formatted(language), Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(readme);
    assertThat(block.find()).as("the README has a block of %s", language).isTrue();
    return block.group(1);
  }

  private static Path file(String module, String end) {
    return repository()
        .resolve(GROUP)
        .resolve(module)
        .resolve(VERSION)
        .resolve(module + "-" + VERSION + end);
  }

  private static Path sibling(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static List<String> list(Path jar) {
    return Command.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jar").toString(),
                "tf",
                jar.toString()))
        .lines()
        .toList();
  }

  private static String run(Path where, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path said = Files.createTempFile(directory, "run", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("MAVEN_OPTS");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("%s%n%s", command, Files.readString(said)).isZero();
    return Files.readString(said);
  }
}
