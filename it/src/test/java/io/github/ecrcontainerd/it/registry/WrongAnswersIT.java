package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A registry or a layer's host that keeps answering wrongly, or rarely. Each test has its own, so
 * that they can run in parallel: each retries for 20 s what time may heal.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class WrongAnswersIT {
  static List<LayerFault> wrongAnswers() {
    return List.of(
        LayerFault.resetAfter(0),
        LayerFault.closeAfter(0),
        LayerFault.serverError(),
        LayerFault.slowDown(),
        LayerFault.expiredUrl(),
        LayerFault.wholeBlob(),
        LayerFault.wrongContentRange());
  }

  @Test
  @Timeout(150)
  void twentyProcessesGetThroughARegistryThatAnswersOneCallASecond() throws Exception {
    try (LocalEcr slow = LocalEcr.open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      OciLayout layout = slow.repository("app");
      NoiseImage.tag(layout, "1", List.of(NoiseImage.layer(layout, 1, 1000)));
      slow.server().conditions().requestRate(Operation.BATCH_GET_IMAGE, 1);
      List<Future<Resolution>> resolved = new ArrayList<>();
      for (int process = 0; process < 20; process++) {
        resolved.add(
            threads.submit(
                () -> {
                  try (EcrResolver own = slow.resolver().build()) {
                    return own.resolve(slow.reference("app", "1"));
                  }
                }));
      }
      for (Future<Resolution> each : resolved) {
        assertThat(each.get().document()).isPresent();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void takesNoWrongAnswerForARightOneAndShowsNoSignature(LayerFault fault) throws Exception {
    try (LocalEcr faulty = LocalEcr.open();
        EcrResolver patient = faulty.resolver().build()) {
      Descriptor layer = faulty.repository("app").blob(MediaTypes.OCI_LAYER, noise(4_000_000));
      faulty.server().conditions().layerFaults(request -> fault);

      try (BlobReader reader = patient.fetcher(faulty.reference("app", "x")).fetch(layer)) {
        assertThatThrownBy(
                () -> {
                  while (reader.read() != null) {}
                })
            .isInstanceOf(ResolverException.class)
            .hasMessageContaining(layer.digest().toString())
            .hasMessageContaining(faulty.server().layerEndpoint().toString())
            .satisfies(e -> assertThat(stackTraceOf(e)).doesNotContain("X-Amz-Signature"));
      }
    }
  }

  static List<LayerFault> brokenAnswers() {
    return List.of(
        LayerFault.resetAfter(100_000),
        LayerFault.closeAfter(100_000),
        LayerFault.serverError(),
        LayerFault.slowDown(),
        LayerFault.expiredUrl());
  }

  @ParameterizedTest
  @MethodSource("brokenAnswers")
  void failsAPlainRequestThatGoesWrong(LayerFault fault) throws Exception {
    byte[] content = noise(4_000_000);
    try (LocalEcr faulty = LocalEcr.open();
        EcrResolver resolver =
            faulty.resolver().layerDownloadParallelism(0).downloadBufferBytes(4 << 20).build()) {
      Descriptor layer = faulty.repository("app").blob(MediaTypes.OCI_LAYER, content);
      String reference = faulty.reference("app", "x");
      faulty.server().conditions().layerFaults(request -> fault);
      assertThatThrownBy(() -> read(resolver.fetcher(reference).fetch(layer)))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining(layer.digest().toString())
          .hasMessageNotContaining("X-Amz-Signature");

      // The only buffer was given back.
      faulty.server().conditions().layerFaults(request -> LayerFault.none());
      assertThat(read(resolver.fetcher(reference).fetch(layer))).isEqualTo(content);
    }
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(BlobReader opened) throws Exception {
    try (InputStream bytes = opened.asInputStream()) {
      return bytes.readAllBytes();
    }
  }

  private static String stackTraceOf(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
