package io.github.ecrcontainerd.local;

/** A rule that chooses the fault of each API call. Called by several threads. */
@FunctionalInterface
public interface ApiFaults {

  /** Returns the fault of this call. Must not block. */
  ApiFault of(ApiRequest request);
}
