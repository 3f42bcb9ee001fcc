package io.github.ecrcontainerd.it.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Small images of the shape that published ones have: their media types, annotations,
 * configurations and the structure of their indexes. The content of the layers is made up.
 */
public final class PublishedShapes {
  private static final String EMPTY = "application/vnd.oci.empty.v1+json";
  private static final String IN_TOTO = "application/vnd.in-toto+json";

  /**
   * One of these images.
   *
   * @param name of letters, digits and dashes
   * @param what a description
   * @param runs whether it is an image for this machine, to be unpacked
   * @param root writes it into a layout
   */
  public record Shape(
      String name, String what, boolean runs, Function<OciLayout, Descriptor> root) {
    @Override
    public String toString() {
      return name;
    }
  }

  private PublishedShapes() {}

  public static List<Shape> all() {
    return List.of(
        image(
            "docker-official-2017",
            "Docker official image, schema 2 list with variants",
            PublishedShapes::dockerList),
        image(
            "docker-official-single",
            "Docker schema 2 manifest with history and container_config",
            PublishedShapes::dockerSingle),
        image(
            "docker-official-2024",
            "Docker official image, OCI index with BuildKit attestations",
            PublishedShapes::withAttestations),
        image(
            "buildkit-slsa",
            "BuildKit SBOM and SLSA provenance in an index of one platform",
            PublishedShapes::provenance),
        image(
            "distroless",
            "distroless: many small layers, no Cmd, a user by number",
            PublishedShapes::distroless),
        image(
            "ubi", "UBI: Docker types, labels, a list of four architectures", PublishedShapes::ubi),
        image("from-scratch", "FROM scratch: one layer of one file", PublishedShapes::scratch),
        image("variants", "multi-arch with arm v5, v6, v7 and arm64 v8", PublishedShapes::variants),
        image("zstd-chunked", "zstd:chunked layers with their annotations", PublishedShapes::zstd),
        image(
            "estargz",
            "eStargz layers with their table of contents annotation",
            PublishedShapes::estargz),
        image(
            "soci-v2",
            "SOCI v2 index: an image and its artifact in one index",
            PublishedShapes::soci),
        other(
            "nydus",
            "nydus: a bootstrap and blobs, os.features in the index",
            PublishedShapes::nydus),
        other("helm-chart", "Helm chart with its provenance layer", PublishedShapes::helm),
        other(
            "cosign-tag", "cosign signature of the legacy tag scheme", PublishedShapes::cosignTag),
        other(
            "cosign-referrer",
            "cosign bundle as an OCI 1.1 referrer",
            PublishedShapes::cosignReferrer),
        other("sbom-referrer", "SPDX SBOM as an OCI 1.1 referrer", PublishedShapes::sbom),
        other("windows", "Windows: two builds by os.version", PublishedShapes::windows),
        other(
            "windows-foreign",
            "Windows of 2019: a base layer that is not to be distributed",
            PublishedShapes::windowsForeign),
        other(
            "wasm-artifact",
            "wasm as an OCI artifact with a wasm configuration",
            PublishedShapes::wasmArtifact),
        other("wasm-image", "wasm as an image for wasi/wasm", PublishedShapes::wasmImage),
        other(
            "oras-artifact",
            "ORAS artifact with an empty configuration, embedded",
            PublishedShapes::oras),
        other("opa-bundle", "policy bundle with a configuration of {}", PublishedShapes::policy),
        other("nested-index", "an index in an index", PublishedShapes::nested));
  }

  private static Shape image(String name, String what, Function<OciLayout, Descriptor> root) {
    return new Shape(name, what, true, root);
  }

  private static Shape other(String name, String what, Function<OciLayout, Descriptor> root) {
    return new Shape(name, what, false, root);
  }

  private static Descriptor dockerList(OciLayout layout) {
    return layout.index(
        Format.DOCKER,
        Stream.of(
                OciLayout.HERE,
                new Platform("linux", "arm", "v5", ""),
                Platform.of("linux", "s390x"))
            .map(p -> layout.image(Format.DOCKER, p, layers("old " + p, 2)).manifest())
            .toList());
  }

  private static Descriptor dockerSingle(OciLayout layout) {
    Layer layer = layers("single", 1).getFirst();
    Map<String, Object> config = config(OciLayout.HERE, List.of(layer));
    config.put("container", "abc");
    config.put(
        "container_config", Map.of("Hostname", "abc", "Cmd", List.of("/bin/sh", "-c", "#(nop)")));
    config.put("docker_version", "17.06.2-ce");
    config.put(
        "history",
        List.of(
            Map.of("created", "2017-01-01T00:00:00Z", "created_by", "/bin/sh -c #(nop) ADD"),
            Map.of("created", "2017-01-01T00:00:01Z", "empty_layer", true)));
    return layout.manifest(
        Format.DOCKER,
        layout.document(MediaTypes.DOCKER_CONFIG, config),
        List.of(layout.blob(MediaTypes.DOCKER_LAYER_GZIP, layer.bytes())),
        Map.of());
  }

  private static Descriptor withAttestations(OciLayout layout) {
    List<Descriptor> entries = new ArrayList<>();
    for (Platform platform : List.of(OciLayout.HERE, Platform.of("linux", "s390x"))) {
      Descriptor image =
          layout.image(Format.OCI, platform, layers("new " + platform, 2)).manifest();
      entries.add(
          annotated(
              image,
              Map.of(
                  "com.docker.official-images.bashbrew.arch",
                  platform.architecture(),
                  "org.opencontainers.image.base.name",
                  "scratch")));
      entries.add(attestation(layout, image, "https://slsa.dev/provenance/v0.2"));
    }
    return layout.index(Format.OCI, entries);
  }

  private static Descriptor provenance(OciLayout layout) {
    Descriptor image = layout.image(Format.OCI, OciLayout.HERE, layers("slsa", 1)).manifest();
    return layout.index(
        Format.OCI,
        List.of(
            image,
            attestation(layout, image, "https://spdx.dev/Document"),
            attestation(layout, image, "https://slsa.dev/provenance/v1")));
  }

  private static Descriptor attestation(OciLayout layout, Descriptor subject, String predicate) {
    byte[] statement =
        "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"%s\",\"subject\":\"%s\"}"
            .formatted(predicate, subject.digest())
            .getBytes(UTF_8);
    Descriptor layer =
        annotated(layout.blob(IN_TOTO, statement), Map.of("in-toto.io/predicate-type", predicate));
    Descriptor config =
        layout.document(
            MediaTypes.OCI_CONFIG,
            Map.of(
                "architecture",
                "unknown",
                "os",
                "unknown",
                "config",
                Map.of(),
                "rootfs",
                Map.of("type", "layers", "diff_ids", List.of(layer.digest().toString()))));
    return annotated(
        layout
            .manifest(Format.OCI, config, List.of(layer), Map.of())
            .withPlatform(Platform.of("unknown", "unknown")),
        Map.of(
            "vnd.docker.reference.type",
            "attestation-manifest",
            "vnd.docker.reference.digest",
            subject.digest().toString()));
  }

  private static Descriptor distroless(OciLayout layout) {
    Descriptor image =
        layout
            .image(
                Format.OCI,
                OciLayout.HERE,
                layers("distroless", 8),
                Map.of("User", "65532", "WorkingDir", "/home/nonroot", "Env", List.of("A=b")))
            .manifest();
    return layout.index(Format.OCI, List.of(image));
  }

  private static Descriptor ubi(OciLayout layout) {
    List<Descriptor> entries = new ArrayList<>();
    entries.add(
        layout
            .image(
                Format.DOCKER,
                OciLayout.HERE,
                layers("ubi", 2),
                Map.of(
                    "Labels",
                    Map.of("vendor", "x", "architecture", "x86_64"),
                    "Cmd",
                    List.of("/bin/bash")))
            .manifest());
    for (String other : List.of("ppc64le", "s390x", "riscv64")) {
      entries.add(
          layout
              .image(Format.DOCKER, Platform.of("linux", other), layers("ubi " + other, 1))
              .manifest());
    }
    return layout.index(Format.DOCKER, entries);
  }

  private static Descriptor scratch(OciLayout layout) {
    return layout
        .image(
            Format.OCI, OciLayout.HERE, layers("scratch", 1), Map.of("Entrypoint", List.of("/x")))
        .manifest();
  }

  private static Descriptor variants(OciLayout layout) {
    List<Descriptor> entries = new ArrayList<>();
    entries.add(layout.image(Format.OCI, OciLayout.HERE, layers("variant here", 1)).manifest());
    for (String variant : List.of("v5", "v6", "v7")) {
      entries.add(
          layout
              .image(Format.OCI, new Platform("linux", "arm", variant, ""), layers(variant, 1))
              .manifest());
    }
    return layout.index(Format.OCI, entries);
  }

  private static Descriptor zstd(OciLayout layout) {
    Layer layer = Layer.of(Compression.ZSTD, new LayerTar().file("z", 0644, "z".repeat(500)));
    Descriptor blob =
        annotated(
            layout.blob(MediaTypes.OCI_LAYER_ZSTD, layer.bytes()),
            Map.of(
                "io.github.containers.zstd-chunked.manifest-checksum",
                "sha256:" + "0".repeat(64),
                "io.github.containers.zstd-chunked.manifest-position",
                "1:2:3:1"));
    return manifest(layout, layer, blob);
  }

  private static Descriptor estargz(OciLayout layout) {
    Layer layer = layers("estargz", 1).getFirst();
    Descriptor blob =
        annotated(
            layout.blob(MediaTypes.OCI_LAYER_GZIP, layer.bytes()),
            Map.of(
                "containerd.io/snapshot/stargz/toc.digest",
                "sha256:" + "1".repeat(64),
                "io.containers.estargz.uncompressed-size",
                "2048"));
    return manifest(layout, layer, blob);
  }

  private static Descriptor manifest(OciLayout layout, Layer layer, Descriptor blob) {
    return layout.manifest(
        Format.OCI,
        layout.document(MediaTypes.OCI_CONFIG, config(OciLayout.HERE, List.of(layer))),
        List.of(blob),
        Map.of());
  }

  private static Descriptor soci(OciLayout layout) {
    Descriptor image = layout.image(Format.OCI, OciLayout.HERE, layers("soci", 1)).manifest();
    Descriptor config =
        layout.blob("application/vnd.amazon.soci.index.v2+json", "{}".getBytes(UTF_8));
    Descriptor ztoc = layout.blob("application/octet-stream", "a ztoc".getBytes(UTF_8));
    Descriptor index =
        layout.manifest(
            Format.OCI,
            config,
            List.of(
                annotated(
                    ztoc,
                    Map.of("com.amazon.soci.image-layer-mediaType", MediaTypes.OCI_LAYER_GZIP))),
            Map.of("artifactType", "application/vnd.amazon.soci.index.v2+json"));
    return layout.index(
        Format.OCI,
        List.of(
            annotated(image, Map.of("com.amazon.soci.index-digest", index.digest().toString())),
            annotated(
                typed(index, "application/vnd.amazon.soci.index.v2+json"),
                Map.of("com.amazon.soci.image-manifest-digest", image.digest().toString()))));
  }

  private static Descriptor nydus(OciLayout layout) {
    Layer bootstrap = layers("nydus bootstrap", 1).getFirst();
    Descriptor blob =
        layout.blob("application/vnd.oci.image.layer.nydus.blob.v1", "nydus".getBytes(UTF_8));
    return layout.manifest(
        Format.OCI,
        layout.document(MediaTypes.OCI_CONFIG, config(OciLayout.HERE, List.of(bootstrap))),
        List.of(
            annotated(blob, Map.of("containerd.io/snapshot/nydus-blob", "true")),
            annotated(
                layout.blob(MediaTypes.OCI_LAYER_GZIP, bootstrap.bytes()),
                Map.of("containerd.io/snapshot/nydus-bootstrap", "true"))),
        Map.of());
  }

  private static Descriptor helm(OciLayout layout) {
    return layout.manifest(
        Format.OCI,
        layout.blob(
            "application/vnd.cncf.helm.config.v1+json",
            "{\"name\":\"c\",\"version\":\"1\"}".getBytes(UTF_8)),
        List.of(
            layout.blob(
                "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                layers("chart", 1).getFirst().bytes()),
            layout.blob(
                "application/vnd.cncf.helm.chart.provenance.v1.prov", "prov".getBytes(UTF_8))),
        Map.of("annotations", Map.of("org.opencontainers.image.title", "c")));
  }

  private static Descriptor cosignTag(OciLayout layout) {
    Descriptor payload =
        annotated(
            layout.blob(
                "application/vnd.dev.cosign.simplesigning.v1+json",
                "{\"critical\":{\"type\":\"cosign container image signature\"}}".getBytes(UTF_8)),
            Map.of("dev.cosignproject.cosign/signature", "MEUCIQ=="));
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architecture", "");
    config.put("os", "");
    config.put("config", Map.of());
    config.put(
        "rootfs", Map.of("type", "layers", "diff_ids", List.of(payload.digest().toString())));
    return layout.manifest(
        Format.OCI, layout.document(MediaTypes.OCI_CONFIG, config), List.of(payload), Map.of());
  }

  private static Descriptor cosignReferrer(OciLayout layout) {
    return referrer(layout, "application/vnd.dev.sigstore.bundle.v0.3+json", "{\"bundle\":1}");
  }

  private static Descriptor sbom(OciLayout layout) {
    return referrer(layout, "application/spdx+json", "{\"spdxVersion\":\"SPDX-2.3\"}");
  }

  /** Its subject is in another repository, as the specification allows. */
  private static Descriptor referrer(OciLayout layout, String type, String content) {
    Descriptor subject = Descriptor.of(MediaTypes.OCI_MANIFEST, type.getBytes(UTF_8));
    return layout.referrer(subject, type, layout.blob(type, content.getBytes(UTF_8)));
  }

  private static Descriptor windows(OciLayout layout) {
    return layout.index(
        Format.DOCKER,
        Stream.of("10.0.17763.5329", "10.0.20348.2227")
            .map(
                build ->
                    layout
                        .image(
                            Format.DOCKER,
                            new Platform("windows", "amd64", "", build),
                            layers(build, 2))
                        .manifest())
            .toList());
  }

  private static Descriptor windowsForeign(OciLayout layout) {
    List<Layer> layers = layers("windows foreign", 2);
    Descriptor base =
        layout.blob(MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip", layers.getFirst().bytes());
    Descriptor foreign =
        new Descriptor(
            base.mediaType(),
            base.digest(),
            base.size(),
            Optional.empty(),
            List.of(URI.create("https://mcr.invalid/base")),
            Map.of(),
            Optional.empty());
    return layout.manifest(
        Format.DOCKER,
        layout.document(
            MediaTypes.DOCKER_CONFIG,
            config(new Platform("windows", "amd64", "", "10.0.17763.1"), layers)),
        List.of(foreign, layout.blob(MediaTypes.DOCKER_LAYER_GZIP, layers.getLast().bytes())),
        Map.of());
  }

  private static Descriptor wasmArtifact(OciLayout layout) {
    return layout.manifest(
        Format.OCI,
        layout.blob(
            "application/vnd.wasm.config.v0+json",
            "{\"os\":\"wasip2\",\"architecture\":\"wasm\"}".getBytes(UTF_8)),
        List.of(layout.blob("application/wasm", "\0asm\1\0\0\0".getBytes(UTF_8))),
        Map.of());
  }

  private static Descriptor wasmImage(OciLayout layout) {
    return layout.index(
        Format.OCI,
        List.of(
            layout.image(Format.OCI, Platform.of("wasi", "wasm"), layers("wasm", 1)).manifest()));
  }

  private static Descriptor oras(OciLayout layout) {
    byte[] empty = "{}".getBytes(UTF_8);
    Descriptor config = layout.blob(EMPTY, empty);
    Map<String, Object> embedded = new LinkedHashMap<>();
    embedded.put("mediaType", EMPTY);
    embedded.put("digest", config.digest().toString());
    embedded.put("size", config.size());
    embedded.put("data", Base64.getEncoder().encodeToString(empty));
    return layout.manifest(
        Format.OCI,
        config,
        List.of(
            annotated(
                layout.blob("text/plain", "hello".getBytes(UTF_8)),
                Map.of("org.opencontainers.image.title", "hello.txt"))),
        Map.of("artifactType", "application/vnd.example+type", "config", embedded));
  }

  private static Descriptor policy(OciLayout layout) {
    return layout.manifest(
        Format.OCI,
        layout.blob(MediaTypes.OCI_CONFIG, "{}".getBytes(UTF_8)),
        List.of(
            annotated(
                layout.blob(MediaTypes.OCI_LAYER_GZIP, layers("policy", 1).getFirst().bytes()),
                Map.of("org.opencontainers.image.title", "bundle.tar.gz"))),
        Map.of());
  }

  private static Descriptor nested(OciLayout layout) {
    Descriptor image = layout.image(Format.OCI, OciLayout.HERE, layers("nested", 1)).manifest();
    return layout.index(Format.OCI, List.of(layout.index(Format.OCI, List.of(image))));
  }

  private static Map<String, Object> config(Platform platform, List<Layer> layers) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architecture", platform.architecture());
    config.put("os", platform.os());
    if (!platform.osVersion().isEmpty()) {
      config.put("os.version", platform.osVersion());
    }
    config.put("config", Map.of("Cmd", List.of("/bin/sh")));
    config.put(
        "rootfs",
        Map.of(
            "type",
            "layers",
            "diff_ids",
            layers.stream().map(l -> l.diffId().toString()).toList()));
    return config;
  }

  private static List<Layer> layers(String text, int count) {
    return Stream.iterate(1, i -> i <= count, i -> i + 1)
        .map(i -> Layer.gzip(new LayerTar().file("file" + i, 0644, text + " " + i)))
        .toList();
  }

  private static Descriptor annotated(Descriptor content, Map<String, String> annotations) {
    return new Descriptor(
        content.mediaType(),
        content.digest(),
        content.size(),
        content.platform(),
        content.urls(),
        annotations,
        content.artifactType());
  }

  private static Descriptor typed(Descriptor content, String artifactType) {
    return new Descriptor(
        content.mediaType(),
        content.digest(),
        content.size(),
        content.platform(),
        content.urls(),
        content.annotations(),
        Optional.of(artifactType));
  }
}
