package io.github.ecrcontainerd.local.api;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * One operation of the API.
 *
 * @param <R> the type of its request: a record whose components have the names of the API reference
 */
interface EcrOperation<R extends Record> {

  /** The type of its requests. */
  Class<R> requestType();

  /**
   * Reads a request.
   *
   * @throws JacksonException if it is not valid JSON for this request
   */
  default @Nullable R read(byte[] body) {
    return Json.MAPPER.readValue(body, requestType());
  }

  /**
   * Answers a call.
   *
   * @return a record whose components have the names of the API reference
   * @throws EcrError if the answer is an error
   * @throws IOException if the disk fails
   */
  Record answer(R request, Call call) throws IOException;
}
