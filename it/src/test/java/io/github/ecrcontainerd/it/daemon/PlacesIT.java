package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.namespace.Namespace;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Finds a containerd at each possible address, and uses any namespace. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlacesIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  PlacesIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @Test
  void pullsIntoANamespaceThatDidNotExist() throws Exception {
    String reference = tagImage("fresh");
    try (ContainerdClient fresh =
            ContainerdClient.builder()
                .address("unix://" + daemon.socket())
                .namespace("fresh.one")
                .build();
        EcrResolver resolver = ecr.resolver().build()) {
      // Reading makes none.
      assertThat(fresh.images().list()).isEmpty();
      assertThat(fresh.content().list()).isEmpty();
      assertThat(fresh.leases().list()).isEmpty();
      assertThat(fresh.snapshots("overlayfs").list()).isEmpty();
      assertThat(fresh.namespaces().get("fresh.one")).isEmpty();

      Image image = fresh.pull(reference, resolver, PullOptions.builder().unpack(false).build());

      assertThat(fresh.images().list()).containsExactly(image);
      assertThat(fresh.namespaces().get("fresh.one"))
          .contains(new Namespace("fresh.one", Map.of()));
      assertThat(daemon.ctr("-n", "fresh.one", "images", "ls", "-q")).contains(reference);
      assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain(reference);
    }
  }

  /** The client checks a name before the daemon does: both have to agree. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a", "k8s.io", "a-b_c.d", "0", "MOBY", "a b", "a/b", "-a", "a.", "a..b", "a--b", "_", "a,b"
      })
  void takesTheNamesThatTheDaemonTakes(String name) throws Exception {
    try (ContainerdClient client = ContainerdClient.builder().address(daemon.socket()).build()) {
      Optional<Code> refusal = Optional.empty();
      try {
        client.namespaces().create(name, Map.of());
        assertThat(client.namespaces().delete(name)).isTrue();
      } catch (ContainerdException e) {
        refusal = Optional.of(e.code());
      }
      if (refusal.isPresent()) {
        assertThat(refusal).contains(Code.INVALID_ARGUMENT);
        assertThatThrownBy(() -> ContainerdClient.builder().namespace(name))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining('"' + name + '"');
      } else {
        assertThat(ContainerdClient.builder().namespace(name)).isNotNull();
      }
    }
  }

  @Test
  void takesNamesOfTheDaemonsLength() throws Exception {
    try (ContainerdClient client = ContainerdClient.builder().address(daemon.socket()).build()) {
      String longest = "n".repeat(76);
      assertThat(ContainerdClient.builder().namespace(longest)).isNotNull();
      client.namespaces().create(longest, Map.of());
      assertThat(client.namespaces().delete(longest)).isTrue();
      assertThatThrownBy(() -> ContainerdClient.builder().namespace(longest + "n"))
          .isInstanceOf(IllegalArgumentException.class);
      ContainerdException tooLong =
          catchThrowableOfType(
              ContainerdException.class, () -> client.namespaces().create(longest + "n", Map.of()));
      assertThat(tooLong.code()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  /** An unprivileged user's daemon, found by the user's environment, without an address. */
  @ParameterizedTest
  @EnumSource
  void pullsIntoTheContainerdOfAnUnprivilegedUser(UserContainerd.Place place) throws Exception {
    String reference = tagImage("rootless-" + place.name().toLowerCase(Locale.ROOT));
    try (UserContainerd user = UserContainerd.open(place)) {
      Ended ended =
          EcrCommand.withCredentials()
              .asUser(UserContainerd.UID)
              .temporary(user.runtimeDirectory())
              .with("XDG_RUNTIME_DIR", user.runtimeDirectory().toString())
              .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
              .run("pull", reference, "--no-unpack");
      assertThat(ended.err()).doesNotContain("ecr: ");
      assertThat(ended.status()).isZero();
      try (ContainerdClient client = ContainerdClient.builder().address(user.socket()).build()) {
        assertThat(client.images().list()).extracting(Image::name).containsExactly(reference);
        assertThat(client.content().list()).hasSize(3);
      }
      assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain(reference);
    }
  }

  private String tagImage(String repository) {
    OciLayout layout = ecr.repository(repository);
    NoiseImage.tag(layout, "latest", List.of(NoiseImage.layer(layout, 1, 2 << 20)));
    return ecr.reference(repository, "latest");
  }
}
