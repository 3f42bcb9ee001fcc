package io.github.ecrcontainerd.containerd.internal.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.container.ProcessUser;
import io.github.ecrcontainerd.containerd.internal.rootfs.RootFileSystem;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the same is found by {@code ctr run} is seen in {@code UserIT}. */
class UserLookupTest {
  private static final Map<String, String> FILES =
      Map.of(
          "/etc/passwd",
          """
          root:x:0:0::/:/bin/sh
          app:x:1000:2000::/:/bin/sh
          broken:x:many:1::/:/bin/sh
          short
          """,
          "/etc/group",
          """
          app:x:2000:app
          extra:x:3000:a,app,b
          odd:x:-5:odd
          root:x:0:root
          wheel:x:10:root
          """);

  private static ProcessUser find(String user, Map<String, String> files) throws Exception {
    return UserLookup.find(
        user,
        new RootFileSystem() {
          @Override
          public Optional<byte[]> read(String path, int maxBytes) {
            return Optional.ofNullable(files.get(path)).map(text -> text.getBytes(UTF_8));
          }

          @Override
          public void close() {}
        });
  }

  @Test
  void findsNumbersAndGroups() throws Exception {
    ProcessUser app = new ProcessUser(1000, 2000, List.of(2000, 3000));
    assertThat(find("app", FILES)).isEqualTo(app);
    assertThat(find("1000", FILES)).isEqualTo(app);
    assertThat(find("1000:extra", FILES)).isEqualTo(new ProcessUser(1000, 3000, List.of(3000)));
    assertThat(find("", FILES)).isEqualTo(new ProcessUser(0, 0, List.of(0, 10)));
    assertThat(find(":extra", FILES)).isEqualTo(new ProcessUser(0, 3000, List.of(3000, 10)));
    assertThat(find("77", FILES)).isEqualTo(new ProcessUser(77, 0, List.of(0)));
  }

  @Test
  void needsNoFilesForNumbers() throws Exception {
    assertThat(find("", Map.of())).isEqualTo(new ProcessUser(0, 0, List.of(0)));
    assertThat(find("5:6", Map.of())).isEqualTo(new ProcessUser(5, 6, List.of(6)));
    assertThatThrownBy(() -> find("app", Map.of())).hasMessageContaining("has no user app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody",
        "app:none",
        "broken",
        "short",
        "app:odd",
        "app:",
        ":",
        "1:2:3",
        "-1",
        "1:-1",
        "2147483648",
        "1:2147483648",
        "99999999999999999999"
      })
  void neverGuesses(String user) {
    assertThatThrownBy(() -> find(user, FILES)).isInstanceOf(ImageException.class);
  }
}
