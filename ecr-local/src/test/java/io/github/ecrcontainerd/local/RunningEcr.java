package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.ecr.model.InitiateLayerUploadResponse;
import software.amazon.awssdk.services.ecr.model.PutImageResponse;

/** A server of its own for each test, with one repository, and the clients of others for it. */
final class RunningEcr implements BeforeEachCallback, AfterEachCallback {
  static final String REPOSITORY = "team/app";

  private static final SdkHttpClient SDK_HTTP = AwsCrtHttpClient.create();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private Path directory = Path.of("");
  private final boolean createOnPush;
  private EcrLocal server;
  private EcrClient client;

  // Both are there from before a test to its end.
  @SuppressWarnings("NullAway")
  private RunningEcr(boolean createOnPush) {
    this.createOnPush = createOnPush;
  }

  RunningEcr() {
    this(false);
  }

  /** One in which a push creates its repository. */
  static RunningEcr creatingOnPush() {
    return new RunningEcr(true);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    now.set(Instant.now());
    directory = Files.createTempDirectory("ecr-local");
    start();
    client.createRepository(r -> r.repositoryName(REPOSITORY));
    server.counters().reset();
  }

  private void start() throws IOException {
    InstantSource clock = now::get;
    server =
        EcrLocal.builder().directory(directory).createOnPush(createOnPush).clock(clock).start();
    client =
        EcrClient.builder()
            .endpointOverride(server.endpoint())
            .region(Region.EU_WEST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .httpClient(SDK_HTTP)
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    stop();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void stop() throws IOException {
    client.close();
    server.close();
  }

  /** Stops the server and starts another one on the same directory. */
  void restart() throws IOException {
    stop();
    start();
  }

  EcrLocal server() {
    return server;
  }

  EcrClient client() {
    return client;
  }

  Conditions conditions() {
    return server.conditions();
  }

  Counters counters() {
    return server.counters();
  }

  /** The directory of the repository. */
  Path layout() {
    return directory.resolve(REPOSITORY);
  }

  Path directory() {
    return directory;
  }

  /** Moves the server's clock. */
  void passSeconds(long seconds) {
    now.updateAndGet(instant -> instant.plusSeconds(seconds));
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  String beginUpload() {
    InitiateLayerUploadResponse upload =
        client.initiateLayerUpload(r -> r.repositoryName(REPOSITORY));
    return upload.uploadId();
  }

  long uploadPart(String uploadId, long first, byte[] part) {
    return client
        .uploadLayerPart(
            r ->
                r.repositoryName(REPOSITORY)
                    .uploadId(uploadId)
                    .partFirstByte(first)
                    .partLastByte(first + part.length - 1)
                    .layerPartBlob(SdkBytes.fromByteArray(part)))
        .lastByteReceived();
  }

  String completeUpload(String uploadId, Digest digest) {
    return client
        .completeLayerUpload(
            r -> r.repositoryName(REPOSITORY).uploadId(uploadId).layerDigests(digest.toString()))
        .layerDigest();
  }

  /** Pushes a layer of one part. */
  Digest pushLayer(byte[] content) {
    String upload = beginUpload();
    uploadPart(upload, 0, content);
    Digest digest = Digest.sha256(content);
    completeUpload(upload, digest);
    return digest;
  }

  /** Pushes configuration and layer of an image, and makes a manifest of both. */
  String pushParts(String name) {
    byte[] config =
        utf8("{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\"" + name + "\"}");
    byte[] layer = utf8("layer of " + name);
    return manifest(config, layer, pushLayer(config), pushLayer(layer));
  }

  private static String manifest(byte[] config, byte[] layer, Digest configs, Digest layers) {
    return """
        {
           "schemaVersion": 2,
           "mediaType": "%s",
           "config": {"mediaType": "%s", "digest": "%s", "size": %d},
           "layers": [{"mediaType": "%s", "digest": "%s", "size": %d}]
        }
        """
        .formatted(
            MediaTypes.OCI_MANIFEST,
            MediaTypes.OCI_CONFIG,
            configs,
            config.length,
            MediaTypes.OCI_LAYER,
            layers,
            layer.length);
  }

  /** An index of manifests. */
  static String index(List<String> manifests) {
    String children =
        manifests.stream()
            .map(
                m ->
                    "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                        .formatted(MediaTypes.OCI_MANIFEST, Digest.sha256(utf8(m)), utf8(m).length))
            .collect(Collectors.joining(","));
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
        .formatted(MediaTypes.OCI_INDEX, children);
  }

  PutImageResponse putImage(String manifest, String tag) {
    return client.putImage(r -> r.repositoryName(REPOSITORY).imageManifest(manifest).imageTag(tag));
  }

  PutImageResponse putImage(String manifest) {
    return client.putImage(r -> r.repositoryName(REPOSITORY).imageManifest(manifest));
  }

  URI urlOf(Digest layer) {
    return URI.create(
        client
            .getDownloadUrlForLayer(r -> r.repositoryName(REPOSITORY).layerDigest(layer.toString()))
            .downloadUrl());
  }

  /** GETs something, with headers in pairs. */
  static HttpResponse<byte[]> get(URI uri, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  static HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    return HTTP.send(request, BodyHandlers.ofByteArray());
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
