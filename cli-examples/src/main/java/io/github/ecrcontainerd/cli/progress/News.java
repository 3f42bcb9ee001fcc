package io.github.ecrcontainerd.cli.progress;

import java.time.Duration;

/** What has happened, in the order in which it did. Bytes that come and go are no news. */
sealed interface News {

  /** What a name stands for was found. */
  record Resolved(String name) implements News {}

  /** All that the image consists of is known. */
  record Planned(int contents, long bytes) implements News {}

  /** Something is not as the user may expect it. */
  record Warning(String text) implements News {}

  /** Nothing is wrong, but who looks for a reason finds it here. */
  record Note(String text) implements News {}

  /** A part of a layer is asked for again after a pause, because the last try failed. */
  record Retry(Item item, String reason, Duration pause) implements News {}

  /** A part of a layer is asked for a second time, because it is late. */
  record Hedge(Item item) implements News {}

  /** A layer comes from a new URL. */
  record UrlRenewal(Item item) implements News {}

  /** Calls of an operation wait for the registry's quota. */
  record Throttling(String operation, Duration pause) implements News {}

  /** A manifest or blob got into another state. */
  record Changed(Item item) implements News {}
}
