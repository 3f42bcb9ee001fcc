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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
          "ecr-resolver-api",
          "ecr-resolver-impl",
          "containerd-client",
          "ecr-telemetry",
          "ecr-local",
          "ecr-testing");
  private static final String SIGNER = "release-it@example.com";

  private static final String SPRING_APPLICATION =
      """
      package app;

      import io.github.ecrcontainerd.containerd.ContainerdClient;
      import io.github.ecrcontainerd.containerd.image.Image;
      import io.github.ecrcontainerd.ecr.EcrResolver;
      import io.github.ecrcontainerd.local.EcrLocal;
      import java.io.IOException;
      import java.nio.file.Path;
      import org.springframework.boot.SpringApplication;
      import org.springframework.boot.autoconfigure.SpringBootApplication;
      import org.springframework.context.annotation.Bean;
      import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
      import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

      @SpringBootApplication
      public class Application {
        private static final String REPOSITORIES =
            "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/";

        @Bean
        EcrLocal registry() throws IOException {
          return EcrLocal.builder()
              .directory(Path.of(System.getProperty("registry")))
              .createOnPush(true)
              .start();
        }

        @Bean
        EcrResolver resolver(EcrLocal registry) {
          return EcrResolver.builder()
              .endpointOverride(registry.endpoint())
              .credentialsProvider(
                  StaticCredentialsProvider.create(AwsBasicCredentials.create("x", "x")))
              .build();
        }

        @Bean
        ContainerdClient containerd() {
          return ContainerdClient.connect();
        }

        public static void main(String[] args) throws InterruptedException {
          try (var context = SpringApplication.run(Application.class)) {
            EcrResolver resolver = context.getBean(EcrResolver.class);
            ContainerdClient containerd = context.getBean(ContainerdClient.class);
            Image image = containerd.pull(REPOSITORIES + "app:latest", resolver);
            containerd.push(REPOSITORIES + "pushed:again", image.target(), resolver);
            System.out.println("pulled " + image.target().digest());
          }
        }
      }
      """;

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
              "ecr-telemetry",
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
      Map<String, String> environment =
          Map.of(
              "CONTAINERD_ADDRESS",
              daemon.socket().toString(),
              "AWS_ENDPOINT_URL_ECR",
              ecr.server().endpoint().toString(),
              "AWS_ACCESS_KEY_ID",
              "local",
              "AWS_SECRET_ACCESS_KEY",
              "x");
      String said = run(project, environment, maven("-Dexec.mainClass=PullImage"));

      String digest = image.manifest().digest().toString();
      assertThat(said).contains("team/app:1.4 " + digest);
      assertThat(daemon.ctr("images", "ls")).contains(digest);
      assertThat(daemon.ctr("images", "check")).contains("complete");
    }
  }

  private static List<String> maven(String... properties) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("mvn", "--batch-mode", "--quiet", "--no-transfer-progress"));
    command.addAll(List.of("-Dmaven.repo.local=" + withoutOurs(), "compile", "exec:java"));
    command.addAll(List.of(properties));
    return command;
  }

  /**
   * Spring Boot 3 has Netty 4.1, and Jackson 2 with older annotations than Jackson 3 needs; Spring
   * Boot 4 has older versions of Netty 4.2 and Jackson 3. The last is the oldest AWS SDK.
   */
  @ParameterizedTest
  @CsvSource({"3.5.9,", "4.0.2,", "4.0.2,2.36.2"})
  void isPartOfApplicationsOfSpringBoot(String spring, @Nullable String sdk) throws Exception {
    Path project = Files.createTempDirectory(directory, "spring");
    Path sources = Files.createDirectories(project.resolve("src/main/java/app"));
    Files.writeString(sources.resolve("Application.java"), SPRING_APPLICATION);
    Files.writeString(project.resolve("pom.xml"), springPom(spring, sdk));
    Path registry = Files.createDirectory(project.resolve("registry"));
    OciLayout layout = OciLayout.create(registry.resolve("app"));
    OciImage image = LayeredImage.write(layout, 8);
    layout.tag("latest", image.manifest());

    String said =
        run(
            project,
            Map.of("CONTAINERD_ADDRESS", daemon.socket().toString()),
            maven("-Dexec.mainClass=app.Application", "-Dregistry=" + registry));

    String digest = image.manifest().digest().toString();
    assertThat(said).contains("pulled " + digest);
    assertThat(daemon.ctr("images", "ls")).contains("repository/app:latest", digest);
    assertThat(
            Command.run(
                List.of("skopeo", "inspect", "oci:" + registry.resolve("pushed") + ":again")))
        .contains(digest);
  }

  private static String springPom(String spring, @Nullable String sdk) {
    String older =
        sdk == null
            ? ""
            : """
              <dependency>
                <groupId>software.amazon.awssdk</groupId>
                <artifactId>bom</artifactId>
                <version>%s</version>
                <type>pom</type>
                <scope>import</scope>
              </dependency>
              """
                .formatted(sdk);
    String ours =
        Stream.of("ecr-resolver-impl", "containerd-client", "ecr-local")
            .map(
                module ->
                    """
                    <dependency>
                      <groupId>io.github.ecrcontainerd</groupId>
                      <artifactId>%s</artifactId>
                    </dependency>
                    """
                        .formatted(module))
            .collect(Collectors.joining());
    return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>org.springframework.boot</groupId>
            <artifactId>spring-boot-starter-parent</artifactId>
            <version>%s</version>
            <relativePath/>
          </parent>
          <groupId>com.example</groupId>
          <artifactId>application</artifactId>
          <version>1</version>
          <properties>
            <java.version>25</java.version>
          </properties>
          <repositories>
            <repository>
              <id>ecr-containerd</id>
              <url>%s</url>
            </repository>
          </repositories>
          <dependencyManagement>
            <dependencies>
              %s
              <dependency>
                <groupId>io.github.ecrcontainerd</groupId>
                <artifactId>ecr-containerd-bom</artifactId>
                <version>%s</version>
                <type>pom</type>
                <scope>import</scope>
              </dependency>
            </dependencies>
          </dependencyManagement>
          <dependencies>
            <dependency>
              <groupId>org.springframework.boot</groupId>
              <artifactId>spring-boot-starter-json</artifactId>
            </dependency>
            %s
          </dependencies>
        </project>
        """
        .formatted(spring, repository().toUri(), older, VERSION, ours);
  }

  /** What this machine's Maven has brought from elsewhere, so that it needn't be brought again. */
  private static Path withoutOurs() throws IOException {
    Path brought = Path.of(System.getProperty("user.home"), ".m2", "repository");
    Path copy = directory.resolve("m2");
    if (Files.isDirectory(brought) && !Files.exists(copy)) {
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
