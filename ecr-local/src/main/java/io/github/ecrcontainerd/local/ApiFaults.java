package io.github.ecrcontainerd.local;

/** The rule that decides what goes wrong at the API. Called by several threads. */
@FunctionalInterface
public interface ApiFaults {

  /** What goes wrong with this call. Must not block. */
  ApiFault of(ApiRequest request);
}
