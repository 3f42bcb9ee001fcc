package io.github.ecrcontainerd.cli.progress;

import java.time.Duration;

/** An event, in the order of occurrence. The arrival of bytes is not an event. */
sealed interface News {

  /** The reference was resolved. */
  record Resolved(String name) implements News {}

  /** All parts of the image are known. */
  record Planned(int contents, long bytes) implements News {}

  /** Something is not as the user may expect it. */
  record Warning(String text) implements News {}

  /** Not an error, but a possible reason for a slow pull. */
  record Note(String text) implements News {}

  /** A range of a layer is requested again after a pause, because the last try failed. */
  record Retry(Item item, String reason, Duration pause) implements News {}

  /** A range of a layer is requested a second time, because it is late. */
  record Hedge(Item item) implements News {}

  /** A layer comes from a new URL. */
  record UrlRenewal(Item item) implements News {}

  /** Calls of an operation wait for the registry's quota. */
  record Throttling(String operation, Duration pause) implements News {}

  /** A manifest or blob changed its state. */
  record Changed(Item item) implements News {}
}
