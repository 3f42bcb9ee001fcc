package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.ecr.internal.events.Recorder;
import io.github.ecrcontainerd.ecr.internal.events.RetryEvent;
import io.github.ecrcontainerd.ecr.internal.events.UrlRenewalEvent;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirror;
import io.github.ecrcontainerd.ecr.internal.mirror.MirrorLayer;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirrors;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * The source of one layer: a mirror that has it, and otherwise ECR's presigned URL. That is
 * requested just before the first range that needs it and used for all ranges. It is renewed before
 * it expires, or when the server no longer accepts it. After any failure of the mirror all further
 * requests are ECR's.
 */
final class LayerSource {
  private static final Logger LOG = LoggerFactory.getLogger(LayerSource.class);
  private static final String OPERATION = "GetDownloadUrlForLayer";

  private static final Pattern CLASS_NAME =
      Pattern.compile("^(?:[a-z0-9]{1,40}\\.){1,20}\\w{1,100}(?:Exception|Error): ");

  private final EcrApi api;
  private final Mirrors mirrors;
  private final SdkAsyncHttpClient http;
  private final EcrReference reference;
  private final Descriptor layer;
  private final Digest digest;
  private final TransferListener listener;
  private final ReentrantLock asking = new ReentrantLock();
  private final AtomicReference<@Nullable Known> known = new AtomicReference<>();
  private volatile @Nullable LayerUrl lastUrl;
  private final AtomicReference<@Nullable LayerUrl> mirrorUrl = new AtomicReference<>();
  private volatile @Nullable MirrorLayer mirror;

  /** The URL that ranges use, and when to renew it, as a value of {@link System#nanoTime}. */
  private record Known(LayerUrl url, long renewal) {
    static Known now(LayerUrl url) {
      return new Known(url, System.nanoTime() + url.usable().toNanos());
    }

    boolean isUsable() {
      return System.nanoTime() - renewal < 0;
    }
  }

  LayerSource(
      EcrApi api,
      Mirrors mirrors,
      SdkAsyncHttpClient http,
      EcrReference reference,
      Descriptor layer,
      TransferListener listener) {
    this.api = api;
    this.mirrors = mirrors;
    this.http = http;
    this.reference = reference;
    this.layer = layer;
    this.digest = layer.digest();
    this.listener = listener;
  }

  Digest digest() {
    return digest;
  }

  /** The registry and repository that has the layer. */
  EcrReference reference() {
    return reference;
  }

  /** The HTTP client for the layer's requests. */
  SdkAsyncHttpClient http() {
    return http;
  }

  /**
   * Looks for a mirror that has the layer.
   *
   * @param offset the first byte that is needed
   * @return whether the layer can be requested in ranges
   */
  boolean locate(long offset) throws InterruptedException {
    Optional<MirrorLayer> found =
        mirrors.layer(reference, layer).filter(there -> there.ranges() || offset == 0);
    if (found.isEmpty()) {
      return true;
    }
    mirror = found.get();
    mirrorUrl.set(LayerUrl.ofMirror(found.get().uri()));
    LOG.debug("{} comes from the mirror {}", digest, found.get().uri().getRawAuthority());
    return found.get().ranges();
  }

  /**
   * The bytes were not those of the digest. If a mirror has sent some of them, it isn't asked for
   * this layer again.
   */
  void rejected() {
    MirrorLayer used = mirror;
    if (used != null) {
      used.rejected();
    }
  }

  /** Returns the mirror's URL for the next request, if it isn't one of ECR. */
  Optional<LayerUrl> urlOfMirror() {
    return Optional.ofNullable(mirrorUrl.get());
  }

  /**
   * Returns why a request failed. If it was a mirror's, all further requests are ECR's. Only after
   * a failed connection the mirror is asked again, a few times, because a server may end
   * connections that are kept for its next requests.
   */
  Throwable blame(LayerUrl url, Throwable cause) {
    MirrorLayer used = mirror;
    if (!url.isOfMirror() || used == null) {
      return cause;
    }
    MirrorException failure = new MirrorException(cause);
    if (url.attempt() < Mirror.MAX_REPEATS && isOfTheConnection(cause)) {
      mirrorUrl.compareAndSet(url, url.again());
      return failure;
    }
    if (mirrorUrl.getAndSet(null) != null) {
      used.failed(reasonOf(cause));
      listener.retrying(layer, reasonOf(failure), Duration.ZERO);
    }
    return failure;
  }

  private static boolean isOfTheConnection(Throwable cause) {
    return !(cause instanceof StatusException
        || cause instanceof InvalidAnswerException
        || cause instanceof SilenceException);
  }

  /** Returns a URL that doesn't expire soon: the one that other ranges use, or a new one. */
  LayerUrl urlOfEcr() throws InterruptedException {
    asking.lockInterruptibly();
    try {
      Known last = known.get();
      if (last != null && last.isUsable()) {
        return last.url;
      }
      LayerUrl fresh = LayerUrl.of(ask(), Instant.now());
      known.set(Known.now(fresh));
      boolean isRenewed = lastUrl != null;
      lastUrl = fresh;
      if (isRenewed) {
        LOG.debug("The URL of {} was renewed", digest);
        listener.urlRenewed(layer);
        if (Recorder.isOn()) {
          new UrlRenewalEvent(digest).commit();
        }
      }
      return fresh;
    } finally {
      asking.unlock();
    }
  }

  /** The server doesn't accept this URL, so the next request gets another one. Doesn't block. */
  void refused(LayerUrl refused) {
    var _ = known.updateAndGet(last -> last != null && last.url.equals(refused) ? null : last);
  }

  /**
   * The server redirects from this URL to another, which all ranges use from now on. Doesn't block.
   */
  void redirected(LayerUrl from, LayerUrl to) {
    if (from.isOfMirror()) {
      mirrorUrl.compareAndSet(from, to);
      return;
    }
    var _ =
        known.updateAndGet(last -> last != null && last.url.equals(from) ? Known.now(to) : last);
    lastUrl = to;
  }

  /** A part of the layer will be requested again after a pause. */
  void retrying(Throwable cause, Duration pause) {
    LOG.warn("Retrying {} in {} ms: {}", digest, pause.toMillis(), reasonOf(cause));
    listener.retrying(layer, reasonOf(cause), pause);
    if (Recorder.isOn()) {
      new RetryEvent(digest.toString(), reasonOf(cause), pause).commit();
    }
  }

  /** A part of the layer is hedged. */
  void hedged() {
    LOG.debug("A part of {} is slow: it was requested a second time", digest);
    listener.hedged(layer);
  }

  private URI ask() throws InterruptedException {
    String answer =
        api.call(
                OPERATION,
                reference,
                digest,
                ecr ->
                    ecr.getDownloadUrlForLayer(
                        request ->
                            request
                                .registryId(reference.account())
                                .repositoryName(reference.repository())
                                .layerDigest(digest.toString())))
            .downloadUrl();
    try {
      URI uri = URI.create(answer);
      if (LayerUrl.isUsable(uri)
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException | NullPointerException malformed) {
      // Reported below without the text, which may contain a signature.
    }
    throw failed(
        Code.INVALID_CONTENT, "the answer of " + OPERATION + " is not an http or https URL", null);
  }

  /**
   * Makes the exception of a range that failed.
   *
   * @param cause why its last request failed
   * @param failures how many requests in a row failed
   */
  RuntimeException explain(Throwable cause, int failures) {
    if (cause instanceof ResolverException told) {
      return told;
    }
    Code code =
        switch (cause) {
          case InvalidAnswerException _ -> Code.INVALID_CONTENT;
          case StatusException answer ->
              switch (answer.status()) {
                case 401, 403 -> Code.DENIED;
                case 404 -> Code.NOT_FOUND;
                case 429, 503 -> Code.THROTTLED;
                default -> answer.status() >= 500 ? Code.UNAVAILABLE : Code.REJECTED;
              };
          default -> Code.UNAVAILABLE;
        };
    return failed(
        code,
        "%s, from %s%s"
            .formatted(
                reasonOf(cause),
                where(),
                failures > 1 ? "; it was tried %d times".formatted(failures) : ""),
        Redaction.withoutSecrets(cause));
  }

  private String where() {
    LayerUrl last = lastUrl;
    return last == null ? reference.toString() : last.toString();
  }

  /**
   * The message of a failure, without secrets, and without the Java class name at the start of a
   * message that was made from a cause.
   */
  static String reasonOf(Throwable cause) {
    return cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : CLASS_NAME.matcher(Redaction.of(cause.getMessage())).replaceFirst("");
  }

  private ResolverException failed(Code code, String reason, @Nullable Throwable cause) {
    return new ResolverException(
        code,
        "GetLayer",
        reference.toString(),
        digest,
        "Download of %s in %s failed: %s".formatted(digest, reference, reason),
        cause);
  }
}
