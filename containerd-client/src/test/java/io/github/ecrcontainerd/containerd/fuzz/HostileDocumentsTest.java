package io.github.ecrcontainerd.containerd.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.internal.image.schema1.Schema1Manifest;
import io.github.ecrcontainerd.containerd.internal.image.schema1.Schema2Image;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.fuzz.Fuzz;
import io.github.ecrcontainerd.fuzz.HostileJson;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.Test;

/** References, and each kind of document of an image, with changes that no honest peer makes. */
class HostileDocumentsTest {
  private static final Digest DIGEST = Digest.sha256(new byte[0]);
  private static final String BLOB =
      "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"%s\",\"size\":0,"
              .formatted(DIGEST)
          + "\"annotations\":{\"a\":\"b\"},\"urls\":[\"https://x.example/y\"],\"data\":\"\"}";

  /** The expression of Amazon's credential helper: shared/ecr-facts.md. */
  private static final Pattern CREDENTIAL_HELPER =
      Pattern.compile(
          "^(\\d{12})\\.dkr[.\\-]ecr(-fips)?\\.([a-zA-Z0-9][a-zA-Z0-9-_]*)\\.(amazonaws\\.(?:com(?:\\.cn)?|eu)"
              + "|on\\.(?:aws|amazonwebservices\\.com\\.cn)|sc2s\\.sgov\\.gov|c2s\\.ic\\.gov"
              + "|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)$");

  private static final List<String> WORDS =
      Stream.concat(
              HostileJson.VALUES.stream(),
              Stream.of(
                  "\u001b[2J\u009b\r\n",
                  "\ud83d\ude00",
                  "/../",
                  "@sha256:",
                  "-".repeat(3000),
                  "a.".repeat(1000),
                  ":"))
          .toList();

  @Test
  void referencesAreReadOrRefused() {
    List<byte[]> seeds =
        Fuzz.bytes(
            "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app/sub-1:latest@" + DIGEST,
            "https://123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:1.0",
            "123456789012.dkr-ecr.eu-west-1.on.aws/app@" + DIGEST,
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b");
    Fuzz.refusedBy(IllegalArgumentException.class)
        .check(
            Fuzz.changed(seeds, WORDS),
            input -> {
              String text = new String(input, UTF_8);
              EcrReference read = EcrReference.of(text);
              assertThat(EcrReference.parse(read.toString()).arn()).isEqualTo(read.arn());
              if (!text.startsWith(EcrReference.PREFIX)) {
                String host = text.replaceFirst("^https://", "").replaceFirst("/.*", "");
                assertThat(
                        CREDENTIAL_HELPER
                            .matcher(host.toLowerCase(java.util.Locale.ROOT))
                            .matches())
                    .as(host)
                    .isTrue();
              }
            });
  }

  @Test
  void platformsAndDigestsAreReadOrRefused() {
    Fuzz.refusedBy(IllegalArgumentException.class)
        .check(
            Fuzz.changed(Fuzz.bytes("linux/arm64/v8", "windows(10.0.17763)/amd64", "arm64"), WORDS),
            input -> Platform.parse(new String(input, UTF_8)));
    Fuzz.refusedBy(IllegalArgumentException.class)
        .check(
            Fuzz.changed(Fuzz.bytes(DIGEST.toString(), "sha512:" + "0".repeat(128)), WORDS),
            input -> Digest.parse(new String(input, UTF_8)));
  }

  @Test
  void indexesAndManifestsAreReadOrRefused() {
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s,%s],\"annotations\":{}}"
            .formatted(MediaTypes.OCI_MANIFEST, BLOB, BLOB, BLOB);
    String index =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":12,"
                .formatted(MediaTypes.OCI_MANIFEST, DIGEST)
            + "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}}]}";
    for (String type : List.of(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX, "")) {
      Fuzz.refusedBy(ImageException.class)
          .check(
              documents(manifest, index),
              input -> {
                ImageDocument.parse(Descriptor.of(type, DIGEST, input.length), input);
              });
    }
  }

  @Test
  void aManifestOfSchema1MayHaveFewSignatures() {
    String signature = "{\"header\":{},\"signature\":\"\",\"protected\":\"\"},";
    byte[] manifest =
        ("{\"signatures\":["
                + signature.repeat(16)
                + signature.substring(0, signature.length() - 1)
                + "]}")
            .getBytes(UTF_8);
    Descriptor named = Descriptor.of(MediaTypes.DOCKER_SCHEMA1_SIGNED, manifest);
    assertThatThrownBy(() -> Schema1Manifest.parse(named, manifest))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("more than 16 signatures");
  }

  @Test
  void numbersAndCommandsOfSchema1NeedNoPlace() {
    for (String field :
        List.of(
            "\\\"Size\\\":99999999999999999999",
            "\\\"container_config\\\":{\\\"Cmd\\\":[{},[]]}")) {
      byte[] manifest =
          "{\"schemaVersion\":1,\"fsLayers\":[{\"blobSum\":\"%s\"}],\"history\":[{\"v1Compatibility\":\"{%s}\"}]}"
              .formatted(DIGEST, field)
              .getBytes(UTF_8);
      Schema1Manifest read =
          Schema1Manifest.parse(Descriptor.of(MediaTypes.DOCKER_SCHEMA1, manifest), manifest);
      Descriptor layer = Descriptor.of(MediaTypes.DOCKER_LAYER_GZIP, new byte[0]);
      Schema2Image image =
          Schema2Image.of(read, Map.of(DIGEST, new Schema2Image.Layer(layer, DIGEST)));
      assertThat(image.config().size()).isPositive();
    }
  }

  @Test
  void configurationsAreReadOrRefused() {
    String config =
        "{\"os\":\"linux\",\"architecture\":\"amd64\",\"variant\":\"\",\"os.version\":\"1\",\"rootfs\":"
            + "{\"type\":\"layers\",\"diff_ids\":[\"%s\",\"%s\"]},".formatted(DIGEST, DIGEST)
            + "\"config\":{\"Cmd\":[\"a\"],\"Entrypoint\":null,\"Env\":[\"A=B\"],\"User\":\"0:0\"}}";
    Fuzz.refusedBy(ImageException.class)
        .check(
            documents(config),
            input -> {
              ImageConfig read = ImageConfig.parse(DIGEST, input);
              var _ = read.platform();
              var _ = read.chainIds();
              var _ = read.process();
            });
  }

  @Test
  void unsignedManifestsOfSchema1AreReadOrRefused() {
    String step =
        "{\\\"os\\\":\\\"linux\\\",\\\"id\\\":\\\"x\\\",\\\"Size\\\":7,\\\"container_config\\\":{\\\"Cmd\\\":[\\\"a\\\",{}]},"
            + "\\\"author\\\":\\\"b\\\",\\\"throwaway\\\":false}";
    String manifest =
        ("{\"schemaVersion\":1,\"name\":\"a\",\"architecture\":\"amd64\",\"fsLayers\":[{\"blobSum\":\"%s\"},"
                + "{\"blobSum\":\"%s\"}],\"history\":[{\"v1Compatibility\":\"%s\"},{\"v1Compatibility\":\"%s\"}]}")
            .formatted(DIGEST, DIGEST, step, step);
    Fuzz.refusedBy(ImageException.class)
        .check(
            documents(manifest),
            input -> {
              Descriptor named = Descriptor.of(MediaTypes.DOCKER_SCHEMA1, input);
              Schema1Manifest read = Schema1Manifest.parse(named, input);
              Descriptor layer = Descriptor.of(MediaTypes.DOCKER_LAYER_GZIP, new byte[0]);
              var _ = Schema2Image.of(read, Map.of(DIGEST, new Schema2Image.Layer(layer, DIGEST)));
            });
  }

  private static Arbitrary<byte[]> documents(String... seeds) {
    return HostileJson.of(WORDS, seeds);
  }
}
