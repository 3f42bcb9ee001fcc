package io.github.ecrcontainerd.ecr.internal.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
    assertThat(Redaction.of("two\r\nlines\u001b[0m")).isEqualTo("two lines [0m");
  }
}
