package io.github.ecrcontainerd.it.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The resolver alone, against an ECR that real clients accept. */
@ExtendWith(PrivateEcr.class)
@Timeout(60)
class ResolverIT {
  private final LocalEcr ecr;
  private final EcrResolver resolver;

  ResolverIT(LocalEcr ecr) {
    this.ecr = ecr;
    this.resolver = ecr.resolver().build();
  }

  @BeforeEach
  void forgetEarlierRequests() {
    ecr.server().counters().reset();
  }

  @AfterEach
  void close() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none()).unlimitedBandwidth();
    resolver.close();
  }

  @Test
  void resolvesATagToTheDescriptorOfItsManifest() throws Exception {
    OciLayout layout = ecr.repository("resolve");
    OciImage image = image(layout, "resolve");
    layout.tag("latest", image.manifest());

    Resolution resolution = resolver.resolve(ecr.reference("resolve", "latest"));

    assertThat(resolution.name()).isEqualTo(ecr.reference("resolve", "latest"));
    assertThat(resolution.target().digest()).isEqualTo(image.manifest().digest());
    assertThat(resolution.target().mediaType()).isEqualTo(image.manifest().mediaType());
    assertThat(resolution.target().size()).isEqualTo(image.manifest().size());
  }

  @Test
  void aResolutionBringsTheManifestByTheOneCallThatItTakes() throws Exception {
    OciLayout layout = ecr.repository("once");
    OciImage image = image(layout, "once");
    layout.tag("latest", image.manifest());
    String reference = ecr.reference("once", "latest");

    byte[] content = resolver.resolve(reference).document().orElseThrow().bytes();

    assertThat(content).isEqualTo(Files.readAllBytes(layout.file(image.manifest().digest())));
    assertThat(ecr.server().counters().requests()).isEqualTo(1);
    assertThat(read(resolver.fetcher(reference).fetch(image.manifest()))).isEqualTo(content);
    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(2);
  }

  @Test
  void refusesAReferenceWithoutTagAndDigest() {
    assertThatThrownBy(() -> resolver.resolve(ecr.reference("none", "x").replaceAll(":x$", "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("append one, for example :latest");
  }

  @ParameterizedTest(name = "{0} bytes from {1}, parallelism {2}")
  @CsvSource({
    "0, 0, 4",
    "1, 0, 4",
    "1, 1, 4",
    "1048576, 0, 4",
    "1048577, 0, 4",
    "5000000, 4999999, 4",
    "5000000, 1234567, 4",
    "40000000, 0, 1",
    "40000000, 0, 4",
    "40000000, 17, 16",
  })
  void readsALayerInOrderFromAnyOffset(int size, int offset, int parallelism) throws Exception {
    byte[] content = noise(size);
    String reference = ecr.reference("ranges-" + size + "-" + offset + "-" + parallelism, "x");
    Descriptor layer =
        ecr.repository(reference.substring(reference.indexOf("ranges"), reference.lastIndexOf(':')))
            .blob(MediaTypes.OCI_LAYER, content);

    try (EcrResolver ranges = ecr.resolver().layerDownloadParallelism(parallelism).build()) {
      byte[] read = read(ranges.fetcher(reference).fetch(layer, offset));
      assertThat(Digest.sha256(read))
          .isEqualTo(Digest.sha256(ByteBuffer.wrap(content, offset, size - offset)));
    }
    assertThat(ecr.server().counters().layerBytes(layer.digest())).isEqualTo(size - offset);
    assertThat(ecr.server().counters().requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void servesManyLayersAtATimeFromABudgetOfOneBuffer() throws Exception {
    OciLayout layout = ecr.repository("many");
    List<byte[]> contents =
        new Random(7).ints(12, 1, 4_000_000).mapToObj(ResolverIT::noise).toList();
    List<Descriptor> layers =
        contents.stream().map(content -> layout.blob(MediaTypes.OCI_LAYER, content)).toList();
    try (EcrResolver small =
            ecr.resolver()
                .downloadBufferBytes(1 << 20)
                .maxDownloadConnections(2)
                .layerDownloadParallelism(4)
                .build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> read =
          layers.stream()
              .map(
                  layer ->
                      threads.submit(
                          () -> read(small.fetcher(ecr.reference("many", "x")).fetch(layer))))
              .toList();
      for (int i = 0; i < layers.size(); i++) {
        assertThat(read.get(i).get()).isEqualTo(contents.get(i));
      }
    }
    assertThat(ecr.server().counters().mostLayerConnections()).isLessThanOrEqualTo(2);
  }

  @Test
  void endsAnInterruptedReadAndGivesBackWhatItHad() throws Exception {
    Descriptor layer = ecr.repository("interrupt").blob(MediaTypes.OCI_LAYER, noise(8_000_000));
    Fetch fetch = new Fetch(layer);
    CountDownLatch stalled = new CountDownLatch(1);
    ecr.server()
        .conditions()
        .layerFaults(
            request -> {
              stalled.countDown();
              return LayerFault.stallAfter(0);
            });
    Thread thread = Thread.ofVirtual().start(fetch);
    assertThat(stalled.await(10, TimeUnit.SECONDS)).isTrue();

    thread.interrupt();

    assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    assertThat(fetch.failure).isInstanceOf(InterruptedException.class);
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    assertThat(read(resolver.fetcher(ecr.reference("interrupt", "x")).fetch(layer)))
        .hasSize(8_000_000);
  }

  private final class Fetch implements Runnable {
    private final Descriptor layer;
    private volatile Throwable failure = new AssertionError("has not ended");

    private Fetch(Descriptor layer) {
      this.layer = layer;
    }

    @Override
    public void run() {
      try {
        read(resolver.fetcher(ecr.reference("interrupt", "x")).fetch(layer));
      } catch (Exception e) {
        failure = e;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5 << 20, (5 << 20) + 1, 10 << 20, 12_345_678})
  void pushesAnImageThatOtherToolsRead(int size) throws Exception {
    String repository = "push-" + size;
    OciLayout source = ecr.repository("source-" + size);
    OciLayout target = ecr.repository(repository);
    Layer layer =
        Layer.of(Layer.Compression.PLAIN, new LayerTar().file("noise", 0644, noise(size)));
    OciImage image = source.image(Format.OCI, OciLayout.HERE, List.of(layer));
    ecr.server().conditions().partSize(5 << 20);
    Pusher pusher = resolver.pusher(ecr.reference(repository, "1.0"));
    List<Descriptor> blobs = List.of(image.layers().getFirst(), image.config());

    assertThat(pusher.missing(blobs)).containsExactly(layerDigest(image), image.config().digest());
    for (Descriptor blob : blobs) {
      try (BlobWriter writer = pusher.write(blob)) {
        writer.write(ByteBuffer.wrap(Files.readAllBytes(source.file(blob.digest()))));
        writer.commit();
      }
    }
    assertThat(pusher.missing(blobs)).isEmpty();
    byte[] manifest = Files.readAllBytes(source.file(image.manifest().digest()));
    pusher.putRoot(image.manifest(), manifest);
    pusher.putRoot(image.manifest(), manifest);

    assertThat(resolver.resolve(ecr.reference(repository, "1.0")).target().digest())
        .isEqualTo(image.manifest().digest());
    String inspected =
        Command.run(List.of("skopeo", "inspect", "oci:" + target.directory() + ":1.0"));
    assertThat(inspected)
        .contains(image.manifest().digest().toString())
        .contains(layerDigest(image).toString());
  }

  @Test
  void refusesToPushBytesThatAreNotThoseOfTheDescriptor() throws Exception {
    ecr.repository("wrong");
    Pusher pusher = resolver.pusher(ecr.reference("wrong", "x"));
    Descriptor layer = Descriptor.of(MediaTypes.OCI_LAYER, "right".getBytes(UTF_8));

    try (BlobWriter writer = pusher.write(layer)) {
      writer.write(ByteBuffer.wrap("wrong".getBytes(UTF_8)));
      assertThatThrownBy(writer::commit)
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("CompleteLayerUpload")
          .hasMessageContaining(layer.digest().toString());
    }
    try (BlobWriter writer = pusher.write(layer)) {
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(6)))
          .hasMessageContaining("6 bytes were written, its descriptor says 5");
    }
    assertThat(pusher.missing(List.of(layer))).containsExactly(layer.digest());
  }

  private static Digest layerDigest(OciImage image) {
    return image.layers().getFirst().digest();
  }

  private static OciImage image(OciLayout layout, String text) {
    return layout.image(
        Format.OCI, OciLayout.HERE, List.of(Layer.gzip(new LayerTar().file("text", 0644, text))));
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    return noise;
  }

  private static byte[] read(BlobReader reader) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (reader;
        WritableByteChannel channel = Channels.newChannel(bytes)) {
      for (ByteBuffer next = reader.read(); next != null; next = reader.read()) {
        assertThat(next.hasRemaining()).isTrue();
        channel.write(next);
      }
    }
    return bytes.toByteArray();
  }
}
