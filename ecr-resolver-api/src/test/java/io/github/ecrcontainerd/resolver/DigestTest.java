package io.github.ecrcontainerd.resolver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
  /** What "printf hello | sha256sum" prints. */
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  @Test
  void isWhatSha256sumPrints() {
    assertThat(Digest.sha256("hello".getBytes(UTF_8))).hasToString("sha256:" + HELLO);
    assertThat(Digest.sha256(ByteBuffer.wrap("hello".getBytes(UTF_8))).hex()).isEqualTo(HELLO);
  }

  @Test
  void readsWhatItWrites() {
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      Digest digest = Digest.of(algorithm, algorithm.newHash());
      assertThat(Digest.parse(digest.toString())).isEqualTo(digest);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256",
        "sha256:",
        "sha256:" + HELLO + "0",
        "sha256:../../../../../../../../../../../../../../../../../../../etc/passwd",
        "sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
        "SHA256:" + HELLO,
        "md5:5d41402abc4b2a76b9719d911017c592",
        "sha512:" + HELLO,
        "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982\n",
      })
  void refusesWhatIsNotOne(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Digest.parse(text))
        .withMessageStartingWith("Not a digest: ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
