package io.github.ecrcontainerd.containerd.internal.transfer;

import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EmbeddedData;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A repository of a registry.
 *
 * @param fetcher reads it
 * @param resolved the resolved reference, which may contain the root's bytes
 */
public record RegistrySource(Fetcher fetcher, Resolution resolved) implements Source {

  @Override
  public Optional<byte[]> held(Descriptor document) {
    return document
        .data()
        .or(
            () ->
                document.digest().equals(resolved.target().digest())
                    ? resolved.document()
                    : Optional.empty())
        .map(EmbeddedData::bytes);
  }

  @Override
  public BlobReader open(Descriptor content, long offset) throws InterruptedException {
    return content.data().isPresent()
        ? content.data().get().open(offset)
        : fetcher.fetch(content, offset);
  }

  /** Always true, because a registry has all content that its manifests name. */
  @Override
  public boolean has(Descriptor content) {
    return true;
  }

  /** Does nothing, because a registry refuses a manifest whose content it lacks. */
  @Override
  public void require(Collection<Descriptor> contents) {}

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return fetcher.referrers(subject);
  }
}
