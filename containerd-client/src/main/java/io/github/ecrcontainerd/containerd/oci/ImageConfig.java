package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;

/**
 * What an image runs, and what its layers unpack to (OCI image specification, "Image
 * Configuration").
 *
 * @param platform what it was built for
 * @param diffIds the digests of the uncompressed layers, the lowest first
 * @param entrypoint the program and its first arguments
 * @param cmd the arguments behind them, unless others are given
 * @param env {@code NAME=value}
 * @param workingDir the directory that it starts in, {@code ""} for the root
 * @param user {@code user[:group]} by name or number, {@code ""} for root
 */
public record ImageConfig(
    Platform platform,
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
    Document rootfs =
        document.object("rootfs").orElseThrow(() -> document.invalid("it has no rootfs"));
    if (!rootfs.text("type").orElse("").equals("layers")) {
      throw document.invalid("its rootfs is not of the type layers");
    }
    List<Digest> diffIds = rootfs.texts("diff_ids").stream().map(document::digest).toList();
    var process = document.object("config");
    return new ImageConfig(
        document.platform(),
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
