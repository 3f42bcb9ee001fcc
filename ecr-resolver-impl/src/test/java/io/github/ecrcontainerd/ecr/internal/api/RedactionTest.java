package io.github.ecrcontainerd.ecr.internal.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

  @Test
  void cutsTheQueryOffEveryUrl() {
    assertThat(
            Redaction.of(
                "GET https://s3.example/a?X-Amz-Signature=secret failed, see http://x/y?token=z."))
        .isEqualTo("GET https://s3.example/a?... failed, see http://x/y?...");
  }

  @Test
  void putsEverythingOnOneLine() {
    assertThat(Redaction.of("two\r\nlines\u001b[0m")).isEqualTo("two lines\\u001b[0m");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "via http://user:hunter2@proxy:3128",
        "X-Amz-Credential=hunter2&x",
        "query X-Amz-Signature=hunter2",
        "X-Amz-Security-Token=hunter2",
        "The Canonical String should have been 'POST\n/\n\nx-amz-security-token:hunter2\n\nhost'",
        "Authorization: AWS4-HMAC-SHA256 Credential=hunter2/20260101, Signature=hunter2",
        "{authorization=[Basic], Proxy-Authorization: Basic hunter2}",
      })
  void hidesSecretsOfEveryForm(String text) {
    assertThat(Redaction.of(text)).doesNotContain("hunter2");
  }

  @Test
  void keepsAFailureThatHoldsNoSecret() {
    Exception failure = new IllegalStateException("outer", new IOException("reset"));
    assertThat(Redaction.withoutSecrets(failure)).isSameAs(failure);
  }

  @Test
  void keepsTypesAndTracesOfAFailureThatHoldsOne() {
    Exception inner = new IOException("GET http://s3/x?X-Amz-Signature=hunter2 failed");
    Exception failure = new IllegalStateException("outer", inner);

    Throwable shown = Redaction.withoutSecrets(failure);

    assertThat(shown).hasMessage("java.lang.IllegalStateException: outer");
    assertThat(shown.getStackTrace()).isEqualTo(failure.getStackTrace());
    assertThat(shown.getCause())
        .hasMessage("java.io.IOException: GET http://s3/x?... failed")
        .hasNoCause();
  }

  @Test
  void looksAtSuppressedFailuresToo() {
    Exception failure = new IllegalStateException("outer");
    failure.addSuppressed(new IOException("http://s3/x?X-Amz-Signature=hunter2"));
    StringWriter trace = new StringWriter();
    Redaction.withoutSecrets(failure).printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).contains("outer").doesNotContain("hunter2");
  }

  @Test
  void hidesALoginWhateverTheScheme() {
    assertThat(Redaction.of("Not a mirror: ftp://me:secret@host/x"))
        .isEqualTo("Not a mirror: ftp://...@host/x");
  }
}
