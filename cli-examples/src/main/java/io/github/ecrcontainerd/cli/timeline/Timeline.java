package io.github.ecrcontainerd.cli.timeline;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Records transfers while it is open, and writes a page about them when it is closed. */
public final class Timeline implements AutoCloseable {
  private final Path file;
  private final List<String> images;
  private final FlightRecording recording;
  private final Instant start;

  private Timeline(Path file, List<String> images, FlightRecording recording) {
    this.file = file;
    this.images = images;
    this.recording = recording;
    this.start = Instant.now();
  }

  /**
   * Begins to record.
   *
   * @param file the page. It is created now, to fail early if that is impossible
   * @param images the images that are pulled
   */
  public static Timeline start(Path file, List<String> images) throws IOException {
    Files.writeString(file, "");
    return new Timeline(file, images, FlightRecording.start());
  }

  @Override
  public void close() throws IOException {
    Instant end = Instant.now();
    try (recording) {
      write(TimelinePage.of(images, start, end, recording.end()));
    }
  }

  private void write(String page) throws IOException {
    try {
      Files.writeString(file, page);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // A write that fails, because of a full disk for example, doesn't say which file it was.
      FileSystemException named =
          new FileSystemException(
              file.toString(), null, "the page can't be written: " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }
}
