package io.github.ecrcontainerd.containerd.internal.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EmbeddedData;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A registry with one repository. It takes any content, right or wrong, and remembers in which
 * order it was asked.
 */
public final class MemoryRegistry implements Resolver, Fetcher, Pusher {
  private final Map<Digest, byte[]> content = Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<String, Descriptor> tags = new LinkedHashMap<>();
  private final Map<Digest, List<Descriptor>> referrers = new LinkedHashMap<>();
  private final List<Digest> fetched = Collections.synchronizedList(new ArrayList<>());
  private final List<Digest> stored = Collections.synchronizedList(new ArrayList<>());

  /** Puts content, and describes it. */
  public Descriptor put(String mediaType, String text) {
    Descriptor descriptor = Descriptor.of(mediaType, text.getBytes(UTF_8));
    put(descriptor, text.getBytes(UTF_8));
    return descriptor;
  }

  /** Puts content that was described before. */
  public void put(Descriptor descriptor, byte[] bytes) {
    content.put(descriptor.digest(), bytes);
  }

  /** Gives other bytes from now on for a digest. */
  public void damage(Descriptor damaged) {
    content.computeIfPresent(
        damaged.digest(),
        (digest, bytes) -> {
          byte[] wrong = bytes.clone();
          wrong[0] ^= 1;
          return wrong;
        });
  }

  public void tag(String tag, Descriptor root) {
    tags.put(tag, root);
  }

  public @Nullable Descriptor tagged(String tag) {
    return tags.get(tag);
  }

  public void refer(Descriptor subject, Descriptor referrer) {
    referrers.computeIfAbsent(subject.digest(), digest -> new ArrayList<>()).add(referrer);
  }

  /** What was fetched, in this order; a document that came with a resolution was not. */
  public List<Digest> fetched() {
    return List.copyOf(fetched);
  }

  /** What was pushed, in this order. */
  public List<Digest> stored() {
    return List.copyOf(stored);
  }

  public boolean has(Descriptor wanted) {
    return content.containsKey(wanted.digest());
  }

  @Override
  public Resolution resolve(String reference) {
    Descriptor root = tags.get(reference);
    if (root == null) {
      throw notFound(reference);
    }
    byte[] bytes = requireNonNull(content.get(root.digest()));
    return new Resolution("memory/app:" + reference, root, Optional.of(EmbeddedData.of(bytes)));
  }

  @Override
  public Fetcher fetcher(String reference) {
    return this;
  }

  @Override
  public Pusher pusher(String reference) {
    return new Tagged(reference);
  }

  @Override
  public BlobReader fetch(Descriptor descriptor, long offset) {
    byte[] bytes = content.get(descriptor.digest());
    if (bytes == null) {
      throw notFound(descriptor.digest().toString());
    }
    fetched.add(descriptor.digest());
    return EmbeddedData.of(bytes).open(offset);
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) {
    return referrers.getOrDefault(subject.digest(), List.of());
  }

  private static ResolverException notFound(String what) {
    return new ResolverException(
        ResolverException.Code.NOT_FOUND, "Get", what, null, "there is no " + what, null);
  }

  @Override
  public Set<Digest> missing(Collection<Descriptor> blobs) {
    Set<Digest> missing = new LinkedHashSet<>();
    blobs.stream().filter(blob -> !has(blob)).forEach(blob -> missing.add(blob.digest()));
    return missing;
  }

  @Override
  public BlobWriter write(Descriptor blob) {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    return new BlobWriter() {
      @Override
      public void write(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
          written.write(bytes.get());
        }
      }

      @Override
      public void commit() {
        content.put(blob.digest(), written.toByteArray());
        stored.add(blob.digest());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void putManifest(Descriptor manifest, byte[] bytes) {
    content.put(manifest.digest(), bytes);
    stored.add(manifest.digest());
  }

  @Override
  public void putRoot(Descriptor root, byte[] bytes) {
    putManifest(root, bytes);
  }

  /** The repository, for one tag. */
  private final class Tagged implements Pusher {
    private final String tag;

    Tagged(String tag) {
      this.tag = tag;
    }

    @Override
    public Set<Digest> missing(Collection<Descriptor> blobs) {
      return MemoryRegistry.this.missing(blobs);
    }

    @Override
    public BlobWriter write(Descriptor blob) {
      return MemoryRegistry.this.write(blob);
    }

    @Override
    public void putManifest(Descriptor manifest, byte[] bytes) {
      MemoryRegistry.this.putManifest(manifest, bytes);
    }

    @Override
    public void putRoot(Descriptor root, byte[] bytes) {
      putManifest(root, bytes);
      tags.put(tag, root);
    }
  }

  @Override
  public void close() {}
}
