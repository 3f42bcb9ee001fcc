package io.github.ecrcontainerd.cli.training;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Snapshots of a {@link StandInDaemon}: one directory each. A pull as root writes into it; it is
 * never mounted.
 */
final class StandInSnapshots {
  /** The field of a snapshot's key in the requests. The next constant is that of its parent. */
  private static final int KEY = 2;

  private static final int PARENT = 3;

  private final Path directory;
  private final Map<String, Path> snapshots = new ConcurrentHashMap<>();

  StandInSnapshots(Path directory) {
    this.directory = directory;
  }

  /** Answers a PrepareSnapshotRequest (key, parent) with PrepareSnapshotResponse.mounts. */
  byte[] prepare(byte[] request) throws IOException {
    Path made = Files.createTempDirectory(directory, "snapshot");
    snapshots.put(WireMessage.text(request, KEY), made);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(
        1,
        WireMessage.text(request, PARENT).isEmpty()
            ? mount("bind", made.toString(), List.of("rw", "rbind"))
            : mount("overlay", "overlay", List.of("upperdir=" + made, "lowerdir=" + directory)));
    out.flush();
    return bytes.toByteArray();
  }

  /** Mount.type, source and options. */
  private static byte[] mount(String type, String source, List<String> options) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(1, type);
    out.writeString(2, source);
    for (String option : options) {
      out.writeString(4, option);
    }
    out.flush();
    return bytes.toByteArray();
  }

  /** Answers a UsageRequest (key) with UsageResponse.inodes. */
  byte[] usage(byte[] request) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try (Stream<Path> files =
        Files.list(Objects.requireNonNull(snapshots.get(WireMessage.text(request, KEY))))) {
      out.writeInt64(2, files.count());
    }
    out.flush();
    return bytes.toByteArray();
  }
}
