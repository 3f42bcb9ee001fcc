package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.local.LayerFault;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a pull tells the Flight Recorder, as the JDK's {@code jfr} reads it, and the page that
 * {@code --timeline} makes of it, as Chromium shows it.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class TimelineIT {
  private static final Pattern BAR = Pattern.compile("<rect class=\"(\\w+)\"");

  /** By itself a recording has what takes 10 ms. */
  private static final String RECORDED_HOWEVER_SHORT =
      Stream.of("Resolve", "Range", "Ingest", "Unpack")
          .map(",+io.github.ecrcontainerd.%s#threshold=0ms"::formatted)
          .collect(Collectors.joining());

  @TempDir private Path directory;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final AtomicInteger requests = new AtomicInteger();
  private String reference = "";
  private String image = "";

  TimelineIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  /** Its first request of a layer is cut off. */
  @BeforeEach
  void writeAnImageAndBreakOneAnswer() throws Exception {
    OciLayout layout = ecr.repository("watched");
    image = "oci:" + layout.directory() + ":latest";
    layout.tag("latest", LayeredImage.write(layout, 3).manifest());
    reference = ecr.reference("watched", "latest");
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() == 2 ? LayerFault.resetAfter(10) : LayerFault.none());
  }

  @AfterEach
  void mendAndRemoveTheImage() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    daemon
        .ctr("images", "ls", "-q")
        .lines()
        .forEach(name -> daemon.ctr("images", "rm", "--sync", name));
  }

  private void pull(EcrCommand command, String... more) throws Exception {
    List<String> line = new ArrayList<>(List.of("pull", "--quiet"));
    line.addAll(List.of("--address", daemon.socket().toString()));
    line.addAll(List.of("--endpoint-url", ecr.server().endpoint().toString()));
    line.addAll(List.of(more));
    line.add(reference);
    Ended ended = command.run(line.toArray(String[]::new));
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  @Test
  void theFlightRecorderIsToldOfEachRequestThatTheRegistryAnswered() throws Exception {
    Path recording = directory.resolve("pull.jfr");
    pull(
        EcrCommand.withCredentials()
            .with(
                "JAVA_TOOL_OPTIONS",
                "-XX:StartFlightRecording:filename=" + recording + RECORDED_HOWEVER_SHORT));

    List<JsonNode> ranges = events(recording, "Range");
    assertThat(ranges).hasSize(requests.get());
    assertThat(ranges.stream().filter(range -> !range.path("failure").isNull())).hasSize(1);
    assertThat(events(recording, "Retry")).hasSize(1);
    assertThat(events(recording, "Resolve"))
        .allSatisfy(
            resolve -> assertThat(resolve.path("reference").asString()).isEqualTo(reference));
    for (JsonNode layer : layers()) {
      String digest = layer.path("digest").asString();
      Predicate<JsonNode> own = event -> event.toString().contains(digest);
      assertThat(
              ranges.stream().filter(own).mapToLong(range -> range.path("received").asLong()).sum())
          .isEqualTo(layer.path("size").asLong());
      assertThat(events(recording, "Ingest").stream().filter(own)).hasSize(1);
      // One that is unpacked on its way, and can't be moved on top of the others, is the daemon's.
      assertThat(
              events(recording, "Unpack").stream()
                  .filter(own.and(unpack -> unpack.path("completed").asBoolean())))
          .isNotEmpty();
    }
    documentsNameEachField(recording);
    assertThat(Command.run(List.of(jfr(), "print", recording.toString())))
        .doesNotContain("X-Amz-Signature");
  }

  /** docs/library.md has each event that the recording's own description has. */
  private static void documentsNameEachField(Path recording) throws Exception {
    String library = Files.readString(Checkout.project().resolve("docs/library.md"));
    String described =
        Command.run(
            List.of(
                jfr(), "metadata", "--events", "io.github.ecrcontainerd.*", recording.toString()));
    Matcher name = Pattern.compile("@Name\\(\"(io\\.github\\.[^\"]+)\"\\)").matcher(described);
    List<String> names = name.results().map(result -> result.group(1)).toList();
    assertThat(names).contains("io.github.ecrcontainerd.Range", "io.github.ecrcontainerd.Unpack");
    assertThat(library).contains(names.stream().map(each -> "`" + each + "`").toList());
  }

  private static String jfr() {
    return Path.of(System.getProperty("java.home"), "bin", "jfr").toString();
  }

  private static List<JsonNode> events(Path recording, String name) {
    String json =
        Command.run(
            List.of(
                jfr(),
                "print",
                "--json",
                "--events",
                "io.github.ecrcontainerd." + name,
                recording.toString()));
    return JsonMapper.shared()
        .readTree(json)
        .path("recording")
        .path("events")
        .valueStream()
        .map(event -> event.path("values"))
        .toList();
  }

  private List<JsonNode> layers() {
    String manifest = Command.run(List.of("skopeo", "inspect", "--raw", image));
    return JsonMapper.shared().readTree(manifest).path("layers").valueStream().toList();
  }

  @Test
  void thePageShowsEachRequestAndSaysWhatThePullWaitedFor() throws Exception {
    Path page = directory.resolve("pull.html");
    pull(EcrCommand.withCredentials(), "--timeline", page.toString());

    String shown = Command.run(chromium("--dump-dom", page));

    assertThat(shown)
        .contains(
            "Pull of " + reference,
            "It waited longest for",
            "by %d requests".formatted(requests.get()))
        .contains("1 retries")
        .doesNotContain("<script", "http://", "https://", "X-Amz-");
    for (JsonNode layer : layers()) {
      assertThat(shown).contains(layer.path("digest").asString().substring(0, 19));
    }
    assertThat(bars(shown, "LINK")).isGreaterThanOrEqualTo(requests.get() - 1);
    assertThat(bars(shown, "RETRY")).isEqualTo(1);
    assertThat(bars(shown, "INGEST")).isEqualTo(layers().size());
    assertThat(bars(shown, "UNPACK")).isGreaterThanOrEqualTo(layers().size());
    BufferedImage light = screenshot(page, "light", "1");
    BufferedImage dark = screenshot(page, "dark", "0");
    assertThat(light.getRGB(0, 0)).isEqualTo(0xffffffff);
    assertThat(dark.getRGB(0, 0) & 0xff).isLessThan(0x40);
  }

  private static long bars(String page, String kind) {
    Matcher bar = BAR.matcher(page);
    return bar.results().filter(result -> result.group(1).equals(kind)).count();
  }

  private BufferedImage screenshot(Path page, String name, String scheme) throws Exception {
    Path picture = directory.resolve(name + ".png");
    Command.run(
        chromium(
            "--blink-settings=preferredColorScheme=" + scheme,
            "--window-size=1200,900",
            "--screenshot=" + picture,
            page));
    return ImageIO.read(picture.toFile());
  }

  /** Root needs it to go without its sandbox. */
  private List<String> chromium(Object... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + directory.resolve("chromium")));
    Stream.of(arguments)
        .map(argument -> argument instanceof Path page ? page.toUri().toString() : argument)
        .map(Object::toString)
        .forEach(command::add);
    return command;
  }

  @Test
  void aPageThatCantBeWrittenIsToldBeforeThePull() throws Exception {
    Ended ended =
        EcrCommand.withCredentials()
            .run("pull", "--timeline", directory.resolve("none/pull.html").toString(), reference);

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).contains("none/pull.html").hasLineCount(1);
    assertThat(requests).hasValue(0);
  }
}
