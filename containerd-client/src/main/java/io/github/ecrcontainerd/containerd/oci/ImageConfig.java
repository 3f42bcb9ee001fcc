package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;

/**
 * What an image runs, and what its layers unpack to (OCI image specification, "Image
 * Configuration").
 *
 * @param platform what it was built for; empty where it doesn't say
 * @param diffIds the digests of the uncompressed layers, the lowest first
 * @param entrypoint the program and its first arguments
 * @param cmd the arguments behind them, unless others are given
 * @param env {@code NAME=value}
 * @param workingDir the directory that it starts in, {@code ""} for the root
 * @param user {@code user[:group]} by name or number, {@code ""} for root
 */
public record ImageConfig(
    Optional<Platform> platform,
    List<Digest> diffIds,
    List<String> entrypoint,
    List<String> cmd,
    List<String> env,
    String workingDir,
    String user) {

  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    env = List.copyOf(env);
  }

  /**
   * Reads the bytes of one.
   *
   * @param digest their digest, for messages
   * @throws ImageException if they are malformed
   */
  public static ImageConfig parse(Digest digest, byte[] content) {
    Document document = Document.parse("image configuration", digest, content);
    List<Digest> diffIds =
        document.object("rootfs").map(rootfs -> rootfs.texts("diff_ids")).orElse(List.of()).stream()
            .map(document::digest)
            .toList();
    var process = document.object("config");
    return new ImageConfig(
        document.has("os") && document.has("architecture")
            ? Optional.of(document.platform())
            : Optional.empty(),
        diffIds,
        process.map(p -> p.texts("Entrypoint")).orElse(List.of()),
        process.map(p -> p.texts("Cmd")).orElse(List.of()),
        process.map(p -> p.texts("Env")).orElse(List.of()),
        process.flatMap(p -> p.text("WorkingDir")).orElse(""),
        process.flatMap(p -> p.text("User")).orElse(""));
  }

  /**
   * The chain IDs of the layers, the lowest first; the last one names the whole root file system.
   */
  public List<Digest> chainIds() {
    return ChainId.of(diffIds);
  }
}
