package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is remembered of a mirror's failures: whether it is left alone for a while, and of which
 * digests it has other content. Safe for several threads.
 */
final class Standing {
  private static final Logger LOG = LoggerFactory.getLogger(Standing.class);

  /** How many digests of wrong content are remembered. */
  private static final int MOST_REJECTED = 1000;

  private final MirrorAddress address;
  private final Rest rest;
  private final Set<Digest> rejected =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Digest, Boolean> eldest) {
                  return size() > MOST_REJECTED;
                }
              }));

  /**
   * @param address the mirror's, for the log
   * @param nanoTime as {@link System#nanoTime}
   */
  Standing(MirrorAddress address, LongSupplier nanoTime) {
    this.address = address;
    this.rest = new Rest(nanoTime);
  }

  /** Whether the mirror may be asked for content. */
  boolean isGoodFor(Digest digest) {
    return rest.isOver() && !rejected.contains(digest);
  }

  /** The mirror answered as it should. */
  void worked() {
    rest.reset();
  }

  /** The mirror failed, so it is left alone for a while. */
  void failed(String reason) {
    Duration pause = rest.begin();
    if (!pause.isZero()) {
      LOG.warn("The mirror {} is not used for {} s: {}", address, pause.toSeconds(), reason);
    }
  }

  /** The mirror has other content than that of this digest. It isn't asked for it again. */
  void rejected(Digest digest) {
    rejected.add(digest);
    failed("what it has as %s is something else".formatted(digest));
  }
}
