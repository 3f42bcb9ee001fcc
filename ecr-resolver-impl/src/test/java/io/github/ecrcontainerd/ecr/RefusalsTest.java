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
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the registry refuses is told with what can be done. A push decides by it, also where the
 * refusal repeats a secret and so is shown in part only.
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

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "UpstreamAccessDenied    | DENIED      | pull-through cache rule",
        "UpstreamTooManyRequests | THROTTLED   | UpstreamTooManyRequests",
        "UpstreamUnavailable     | UNAVAILABLE | UpstreamUnavailable",
        "ImageInaccessible       | UNAVAILABLE | update-image-storage-class",
        "KmsError                | REJECTED    | KmsError",
        "ErrorOfTomorrow         | REJECTED    | ErrorOfTomorrow",
      })
  void anImageThatCannotBeHadSaysWhyAndWhatToDo(String failureCode, Code code, String words) {
    for (String reason : List.of("", ",\"failureReason\":\"so it is\"")) {
      Answer answer =
          Answer.json(
              200,
              "{\"images\":[],\"failures\":[{\"failureCode\":\"%s\"%s}]}"
                  .formatted(failureCode, reason));
      try (StubRegistry stub = StubRegistry.with(Map.of("BatchGetImage", answer));
          EcrResolver resolver = stub.resolver().build()) {
        assertThatThrownBy(() -> resolver.resolve(REFERENCE))
            .hasMessageContaining(words)
            .hasMessageContaining(reason.isEmpty() ? failureCode : failureCode + ": so it is")
            .hasMessageNotContaining("null")
            .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
            .extracting(ResolverException::code)
            .isEqualTo(code);
      }
    }
  }

  /** ECR's own words name who may not do what with which: a pull by a cache rule needs one more. */
  @Test
  void aRefusalOfAccessKeepsWhoMayNotDoWhat() {
    String words =
        "User: arn:aws:sts::123456789012:assumed-role/puller/s is not authorized to perform:"
            + " ecr:BatchImportUpstreamImage on resource:"
            + " arn:aws:ecr:us-west-2:123456789012:repository/quay/app";
    Answer answer =
        Answer.json(
            400, "{\"__type\":\"AccessDeniedException\",\"message\":\"%s\"}".formatted(words));
    try (StubRegistry stub = StubRegistry.with(Map.of("BatchGetImage", answer));
        EcrResolver resolver = stub.resolver().build()) {
      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .hasMessageEndingWith("AccessDeniedException: " + words)
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .extracting(ResolverException::code)
          .isEqualTo(Code.DENIED);
    }
  }

  private static String traceOf(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
