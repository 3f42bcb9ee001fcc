package io.github.ecrcontainerd.it.image;

import com.github.luben.zstd.Zstd;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** A layer as a registry stores it. */
public final class Layer {
  private final Compression compression;
  private final Digest diffId;
  private final byte[] bytes;

  private Layer(Compression compression, byte[] tar) {
    this.compression = compression;
    this.diffId = Digest.sha256(tar);
    this.bytes = compression.compress(tar);
  }

  public enum Compression {
    PLAIN(MediaTypes.OCI_LAYER, MediaTypes.DOCKER_LAYER),
    GZIP(MediaTypes.OCI_LAYER_GZIP, MediaTypes.DOCKER_LAYER_GZIP),
    ZSTD(MediaTypes.OCI_LAYER_ZSTD, MediaTypes.DOCKER_LAYER_ZSTD);

    private final String oci;
    private final String docker;

    Compression(String oci, String docker) {
      this.oci = oci;
      this.docker = docker;
    }

    /** The media type of a layer with this compression. */
    public String mediaType(OciLayout.Format format) {
      return format == OciLayout.Format.OCI ? oci : docker;
    }

    private byte[] compress(byte[] tar) {
      return switch (this) {
        case PLAIN -> tar;
        case GZIP -> gzip(tar);
        case ZSTD -> Zstd.compress(tar);
      };
    }
  }

  public static Layer of(Compression compression, LayerTar tar) {
    return new Layer(compression, tar.toBytes());
  }

  public static Layer gzip(LayerTar tar) {
    return of(Compression.GZIP, tar);
  }

  /** The digest of its tar archive. */
  public Digest diffId() {
    return diffId;
  }

  /** The bytes as a registry stores them. */
  public byte[] bytes() {
    return bytes.clone();
  }

  String mediaType(OciLayout.Format format) {
    return compression.mediaType(format);
  }

  private static byte[] gzip(byte[] tar) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(tar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
