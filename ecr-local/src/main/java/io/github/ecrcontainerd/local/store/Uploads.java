package io.github.ecrcontainerd.local.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The layer uploads of one repository. Incomplete uploads are lost when the server ends. */
public final class Uploads {
  private final Path directory;
  private final Map<String, Upload> byId = new ConcurrentHashMap<>();

  Uploads(Path directory) {
    this.directory = directory;
  }

  /** Begins an upload. */
  public Upload begin() throws IOException {
    Files.createDirectories(directory);
    String id = UUID.randomUUID().toString();
    Upload upload = new Upload(id, directory.resolve(id));
    byId.put(id, upload);
    return upload;
  }

  public Optional<Upload> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Ends an upload. Its bytes are deleted unless they became a layer. */
  public void end(Upload upload) throws IOException {
    byId.remove(upload.id());
    upload.discard();
  }

  /** Ends all uploads, and removes the files of a server that was killed. */
  void sweep() throws IOException {
    for (Upload upload : List.copyOf(byId.values())) {
      end(upload);
    }
    if (Files.isDirectory(directory)) {
      List<Path> left;
      try (var files = Files.list(directory)) {
        left = files.toList();
      }
      for (Path file : left) {
        Files.delete(file);
      }
      Files.delete(directory);
    }
  }
}
