package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.StubRegistry.Answer;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EmbeddedData;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a resolver reads, hashes and parses of the documents that BatchGetImage answers with. */
@Timeout(60)
class ResolvedDocumentTest {
  private static final byte[] DOCUMENT = "not even JSON".getBytes(UTF_8);

  private static StubRegistry answering(String mediaType, String digest, byte[] document) {
    return StubRegistry.with(
        Map.of(
            "BatchGetImage",
            Answer.json(
                200,
                "{\"images\":[{\"imageId\":{%s},\"imageManifest\":\"%s\"%s}]}"
                    .formatted(
                        digest.isEmpty() ? "" : "\"imageDigest\":\"%s\"".formatted(digest),
                        new String(document, UTF_8).replace("\"", "\\\""),
                        mediaType.isEmpty()
                            ? ""
                            : ",\"imageManifestMediaType\":\"%s\"".formatted(mediaType)))));
  }

  private static Resolution resolve(StubRegistry stub) throws InterruptedException {
    try (EcrResolver resolver = stub.resolver().build()) {
      return resolver.resolve(REFERENCE);
    }
  }

  @Test
  void aDocumentWhoseTypeTheRegistrySaysIsHandedOnUnparsed() throws Exception {
    try (StubRegistry stub = answering(MediaTypes.OCI_INDEX, "", DOCUMENT)) {
      Resolution resolution = resolve(stub);

      assertThat(resolution.target()).isEqualTo(Descriptor.of(MediaTypes.OCI_INDEX, DOCUMENT));
      assertThat(resolution.document()).contains(EmbeddedData.of(DOCUMENT));
      assertThat(stub.operations()).containsExactly("BatchGetImage");
    }
  }

  @Test
  void aDocumentWhoseTypeTheRegistryDoesNotSayIsRecognised() throws Exception {
    byte[] index = "{\"schemaVersion\":2,\"manifests\":[{}]}".getBytes(UTF_8);
    try (StubRegistry stub = answering("", "", index)) {
      assertThat(resolve(stub).target().mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
    }
    try (StubRegistry stub = answering("application/json", "", DOCUMENT)) {
      assertThatThrownBy(() -> resolve(stub))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("it is not JSON");
    }
  }

  @Test
  void bytesThatAreNotThoseOfTheDigestAreRefused() {
    Digest other = Digest.sha256("other".getBytes(UTF_8));
    try (StubRegistry stub = answering(MediaTypes.OCI_MANIFEST, other.toString(), DOCUMENT)) {
      assertThatThrownBy(() -> resolve(stub))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("the received bytes have the digest " + Digest.sha256(DOCUMENT));
    }
    try (StubRegistry stub = answering(MediaTypes.OCI_MANIFEST, "sha256:short", DOCUMENT)) {
      assertThatThrownBy(() -> resolve(stub))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("Not a digest");
    }
  }

  /** Its consumer hashes it anyway, and fetches wrong bytes once more. */
  @Test
  void aDocumentThatIsFetchedIsNotHashed() throws Exception {
    Descriptor described =
        Descriptor.of(
            MediaTypes.OCI_MANIFEST, Digest.sha256("other".getBytes(UTF_8)), DOCUMENT.length);
    try (StubRegistry stub = answering(MediaTypes.OCI_MANIFEST, "", DOCUMENT);
        EcrResolver resolver = stub.resolver().build();
        BlobReader reader = resolver.fetcher(REFERENCE).fetch(described)) {
      assertThat(reader.read()).isEqualTo(ByteBuffer.wrap(DOCUMENT));
    }
  }
}
