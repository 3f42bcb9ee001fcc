package io.github.ecrcontainerd.cli.timeline;

import io.github.ecrcontainerd.cli.timeline.Span.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Records this JVM's Flight Recorder events about transfers while it is open: the events that
 * docs/library.md lists.
 */
final class FlightRecording implements AutoCloseable {
  private static final String PREFIX = "io.github.ecrcontainerd.";
  private static final Map<String, Kind> KINDS =
      Map.of(
          PREFIX + "ApiCall", Kind.CALL,
          PREFIX + "Range", Kind.RANGE,
          PREFIX + "Retry", Kind.RETRY,
          PREFIX + "UrlRenewal", Kind.RENEWAL,
          PREFIX + "Ingest", Kind.INGEST,
          PREFIX + "Unpack", Kind.UNPACK);

  /**
   * What the recording of a large pull needs. The JVM ends if its Flight Recorder can't write
   * ("irrecoverable error in Jfr"), and leaves its lease and files.
   */
  private static final long SPACE = 16L << 20;

  private final Recording recording = new Recording();

  private FlightRecording() {}

  /**
   * Begins to record.
   *
   * @throws IOException if the JVM has too little space for that: it would end in the middle of the
   *     pull
   */
  static FlightRecording start() throws IOException {
    requireSpace(Path.of(System.getProperty("java.io.tmpdir")));
    FlightRecording started = new FlightRecording();
    KINDS.keySet().forEach(event -> started.recording.enable(event).withThreshold(Duration.ZERO));
    started.recording.start();
    return started;
  }

  private static void requireSpace(Path repository) throws IOException {
    if (!Files.isDirectory(repository)) {
      return; // The Flight Recorder makes it.
    }
    long free = Files.getFileStore(repository).getUsableSpace();
    if (free < SPACE) {
      throw new IOException(
          "--timeline needs %d MiB of free space in %s (-Djava.io.tmpdir), which has %d MiB"
              .formatted(SPACE >> 20, repository, free >> 20));
    }
  }

  /** Stops the recording, and returns the recorded spans, ordered by start. */
  List<Span> end() throws IOException {
    recording.stop();
    Path file = Files.createTempFile("ecr-timeline", ".jfr");
    try {
      recording.dump(file);
      List<Span> spans = new ArrayList<>();
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        span(event).ifPresent(spans::add);
      }
      spans.sort((a, b) -> a.start().compareTo(b.start()));
      return spans;
    } finally {
      Files.delete(file);
    }
  }

  private static Optional<Span> span(RecordedEvent event) {
    Kind kind = KINDS.get(event.getEventType().getName());
    if (kind == null) {
      return Optional.empty();
    }
    Instant start = event.getStartTime();
    Instant end = event.getEndTime();
    return Optional.of(
        switch (kind) {
          case CALL ->
              new Span(
                  kind, event.getString("operation"), start, end, Duration.ZERO, 0, failure(event));
          case RANGE, HEDGE ->
              new Span(
                  event.getBoolean("hedge") ? Kind.HEDGE : Kind.RANGE,
                  event.getString("layer"),
                  start,
                  end,
                  event.getDuration("untilFirstByte"),
                  event.getLong("received"),
                  failure(event));
          case RETRY ->
              new Span(
                  kind,
                  event.getString("subject"),
                  start,
                  start.plus(event.getDuration("pause")),
                  Duration.ZERO,
                  0,
                  event.getString("reason"));
          case RENEWAL ->
              new Span(kind, event.getString("layer"), start, end, Duration.ZERO, 0, "");
          case INGEST ->
              new Span(
                  kind,
                  event.getString("content"),
                  start,
                  end,
                  Duration.ZERO,
                  event.getLong("size") - event.getLong("offset"),
                  resumed(event.getLong("offset")));
          case UNPACK ->
              new Span(
                  kind,
                  event.getString("layer"),
                  start,
                  end,
                  Duration.ZERO,
                  0,
                  unpacked(event.getBoolean("direct"), event.getBoolean("completed")));
        });
  }

  private static String resumed(long offset) {
    return offset == 0 ? "" : "resumed at byte %,d".formatted(offset);
  }

  private static String unpacked(boolean direct, boolean completed) {
    if (!direct) {
      return "unpacked by containerd";
    }
    return completed ? "unpacked by this process" : "can't be unpacked by this process";
  }

  private static String failure(RecordedEvent event) {
    return Optional.ofNullable(event.getString("failure")).orElse("");
  }

  @Override
  public void close() {
    recording.close();
  }
}
