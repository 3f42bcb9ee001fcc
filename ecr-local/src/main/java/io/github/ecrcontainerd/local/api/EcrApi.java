package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.ApiRequest;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.local.count.Tally;
import io.github.ecrcontainerd.local.layers.PresignedUrls;
import io.github.ecrcontainerd.local.store.Registry;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The dispatcher: finds the operation, applies the conditions, reads the request and answers it.
 * Every failure becomes an {@link EcrError} here or earlier.
 */
final class EcrApi {
  private static final Logger LOG = LoggerFactory.getLogger(EcrApi.class);

  /**
   * Long enough for the largest layer part in base64 with its JSON, and for the longest manifest.
   */
  static final int LONGEST_BODY = 32 << 20;

  private final Conditions conditions;
  private final Tally tally;
  private final Throttle throttle;
  private final Map<Operation, EcrOperation<?>> operations = new EnumMap<>(Operation.class);
  private final Map<Operation, AtomicLong> numbers = new EnumMap<>(Operation.class);

  EcrApi(
      Registry registry,
      PresignedUrls urls,
      URI layerEndpoint,
      Conditions conditions,
      Tally tally,
      InstantSource clock) {
    this.conditions = conditions;
    this.tally = tally;
    this.throttle = new Throttle(conditions, System::nanoTime);
    Repositories repositories = new Repositories(registry);
    for (Operation operation : Operation.values()) {
      numbers.put(operation, new AtomicLong());
      operations.put(
          operation,
          switch (operation) {
            case BATCH_CHECK_LAYER_AVAILABILITY -> new BatchCheckLayerAvailability(repositories);
            case BATCH_DELETE_IMAGE -> new BatchDeleteImage(repositories);
            case BATCH_GET_IMAGE -> new BatchGetImage(repositories);
            case COMPLETE_LAYER_UPLOAD -> new CompleteLayerUpload(repositories);
            case CREATE_REPOSITORY -> new CreateRepository(registry);
            case DESCRIBE_IMAGES -> new DescribeImages(repositories);
            case DESCRIBE_REPOSITORIES -> new DescribeRepositories(registry, repositories);
            case GET_AUTHORIZATION_TOKEN -> new GetAuthorizationToken(clock);
            case GET_DOWNLOAD_URL_FOR_LAYER ->
                new GetDownloadUrlForLayer(repositories, urls, layerEndpoint, conditions);
            case INITIATE_LAYER_UPLOAD -> new InitiateLayerUpload(repositories, conditions);
            case LIST_IMAGE_REFERRERS -> new ListImageReferrers(repositories);
            case LIST_IMAGES -> new ListImages(repositories);
            case PUT_IMAGE -> new PutImage(repositories);
            case UPLOAD_LAYER_PART -> new UploadLayerPart(repositories);
          });
    }
  }

  /**
   * Counts a call before its body arrives.
   *
   * @param operation the operation that is called
   * @return the fault of the call
   */
  ApiFault begin(Operation operation) {
    tally.called(operation);
    ApiRequest request = new ApiRequest(operation, number(operation));
    ApiFault fault =
        throttle.lets(operation) ? conditions.apiFaults().of(request) : ApiFault.throttled();
    if (fault instanceof ApiFault.Throttled) {
      tally.refusedByRate(operation);
    }
    return fault;
  }

  /**
   * Answers a call that was begun.
   *
   * @param operation the operation that is called
   * @param call the call's other facts
   * @param body the request, as JSON
   * @return the response: a record to be written as JSON
   * @throws EcrError if the answer is an error
   */
  Record answer(Operation operation, Call call, byte[] body) {
    switch (call.fault()) {
      case ApiFault.Throttled() -> throw EcrError.throttled();
      case ApiFault.ServerError() -> throw EcrError.server("This error was asked for");
      case ApiFault.ResetAfter _, ApiFault.StallAfter _ ->
          throw new IllegalStateException("A call that broke off has no answer");
      case ApiFault.None(),
          ApiFault.AnswerLost(),
          ApiFault.UploadLost(),
          ApiFault.PartCutShort _ -> {}
    }
    try {
      return answer(operation(operation), body, call);
    } catch (IOException e) {
      LOG.warn("{} failed", operation.label(), e);
      throw EcrError.server("The disk failed: " + e.getMessage());
    }
  }

  private <R extends Record> Record answer(EcrOperation<R> operation, byte[] body, Call call)
      throws IOException {
    @Nullable R request;
    try {
      request = operation.read(body);
    } catch (JacksonException e) {
      throw new EcrError("SerializationException", "The request is not the JSON that it has to be");
    }
    if (request == null) {
      throw new EcrError("SerializationException", "The request is null");
    }
    return operation.answer(request, call);
  }

  private EcrOperation<?> operation(Operation operation) {
    EcrOperation<?> found = operations.get(operation);
    if (found == null) {
      throw new IllegalStateException("No class answers " + operation);
    }
    return found;
  }

  private long number(Operation operation) {
    AtomicLong number = numbers.get(operation);
    if (number == null) {
      throw new IllegalStateException("No class counts " + operation);
    }
    return number.incrementAndGet();
  }
}
