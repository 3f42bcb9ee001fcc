package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.LAYER;
import static io.github.ecrcontainerd.ecr.StubRegistry.MANIFEST;
import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.StubRegistry.Answer;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A push decides by what the registry refuses, also where the refusal repeats a secret and so is
 * shown in part only.
 */
@Timeout(60)
class RefusalsTest {
  private static final Descriptor ROOT = Descriptor.of(MediaTypes.OCI_MANIFEST, MANIFEST);
  private static final Descriptor BLOB = Descriptor.of(MediaTypes.OCI_LAYER, LAYER);

  private static Answer refusal(String name, String fields) {
    return Answer.json(
        400,
        "{\"__type\":\"%s\",%s\"message\":\"see https://s3/x?X-Amz-Signature=hunter2\"}"
            .formatted(name, fields));
  }

  private static void pushRoot(StubRegistry stub) throws InterruptedException {
    try (EcrResolver resolver = stub.resolver().build()) {
      resolver.pusher(REFERENCE).putRoot(ROOT, MANIFEST);
    }
  }

  private static void pushBlob(StubRegistry stub) throws InterruptedException {
    try (EcrResolver resolver = stub.resolver().build();
        BlobWriter writer = resolver.pusher(REFERENCE).write(BLOB)) {
      writer.write(ByteBuffer.wrap(LAYER));
      writer.commit();
    }
  }

  @Test
  void anImageThatIsThereIsPushed() throws Exception {
    try (StubRegistry stub =
        StubRegistry.with(Map.of("PutImage", refusal("ImageAlreadyExistsException", "")))) {
      pushRoot(stub);
      assertThat(stub.operations()).containsExactly("PutImage");
    }
  }

  @Test
  void aTagThatNamesAnotherImageIsAConflict() {
    try (StubRegistry stub =
        StubRegistry.with(Map.of("PutImage", refusal("ImageTagAlreadyExistsException", "")))) {
      assertThatThrownBy(() -> pushRoot(stub))
          .hasMessageContaining("its tag is immutable")
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(
              e -> {
                assertThat(e.code()).isEqualTo(Code.CONFLICT);
                assertThat(traceOf(e)).doesNotContain("hunter2");
              });
    }
  }

  @Test
  void aLayerThatIsThereIsPushed() throws Exception {
    try (StubRegistry stub =
        StubRegistry.with(
            Map.of("CompleteLayerUpload", refusal("LayerAlreadyExistsException", "")))) {
      pushBlob(stub);
      assertThat(stub.operations())
          .containsExactly("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload");
    }
  }

  @Test
  void aPartThatHadArrivedIsNotSentAgain() throws Exception {
    try (StubRegistry stub =
        StubRegistry.with(
            Map.of(
                "UploadLayerPart",
                refusal(
                    "InvalidLayerPartException",
                    "\"lastValidByteReceived\":%d,".formatted(LAYER.length - 1))))) {
      pushBlob(stub);
      assertThat(stub.operations())
          .containsExactly("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload");
    }
  }

  @Test
  void anUploadThatIsGoneIsLost() {
    try (StubRegistry stub =
        StubRegistry.with(Map.of("UploadLayerPart", refusal("UploadNotFoundException", "")))) {
      assertThatThrownBy(() -> pushBlob(stub))
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(
              e -> {
                assertThat(e.code()).isEqualTo(Code.UPLOAD_LOST);
                assertThat(e.isRetryable()).isTrue();
                assertThat(traceOf(e)).doesNotContain("hunter2");
              });
    }
  }

  private static String traceOf(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
