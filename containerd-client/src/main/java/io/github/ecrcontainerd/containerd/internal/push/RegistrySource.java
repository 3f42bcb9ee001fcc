package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Fetcher;
import java.util.Collection;
import java.util.List;

/** A repository of another registry, which has all of what it names. */
public record RegistrySource(Fetcher fetcher) implements Source {

  @Override
  public BlobReader open(Descriptor content) throws InterruptedException {
    return fetcher.fetch(content);
  }

  /** Asks nothing: a registry takes no manifest whose content it doesn't have. */
  @Override
  public void require(Collection<Descriptor> contents) {}

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return fetcher.referrers(subject);
  }
}
