package io.github.ecrcontainerd.local.api;

import java.io.IOException;

/**
 * One operation of the API.
 *
 * @param <R> its request: a record whose components have the names of the API reference
 */
interface EcrOperation<R extends Record> {

  /** What its requests are read into. */
  Class<R> requestType();

  /**
   * Answers a call.
   *
   * @return a record whose components have the names of the API reference
   * @throws EcrError if the answer is an error
   * @throws IOException if the disk fails
   */
  Record answer(R request, Call call) throws IOException;
}
