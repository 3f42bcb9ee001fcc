package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JacksonException;

/** One repository: an image layout, its settings and its uploads. */
public final class Repository {
  static final String LAYOUT_FILE = "oci-layout";
  static final String INDEX_FILE = "index.json";

  /**
   * This server's own directory: uploads in progress, and the settings. Other programs ignore it.
   */
  private static final String HIDDEN = ".ecr-local";

  private static final byte[] LAYOUT =
      "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

  private final RepositoryName name;
  private final Path directory;
  private final Blobs blobs;
  private final IndexFile index;
  private final Uploads uploads;
  private final ReentrantLock editing = new ReentrantLock();

  Repository(RepositoryName name, Path directory) {
    this.name = name;
    this.directory = directory;
    this.blobs = new Blobs(directory.resolve("blobs"));
    this.index = new IndexFile(directory.resolve(INDEX_FILE), blobs);
    this.uploads = new Uploads(directory.resolve(HIDDEN).resolve("uploads"));
  }

  /** Creates the layout, or throws FileAlreadyExistsException. */
  void create(TagMutability mutability) throws IOException {
    Files.createDirectories(directory);
    if (isLayout(directory)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    if (mutability != TagMutability.MUTABLE) {
      Files.createDirectories(settings().getParent());
      AtomicFile.write(settings(), Json.MAPPER.writeValueAsBytes(new Settings(mutability)));
    }
    Files.createDirectories(directory.resolve("blobs").resolve("sha256"));
    index.write(IndexFile.empty());
    AtomicFile.write(directory.resolve(LAYOUT_FILE), LAYOUT);
  }

  static boolean isLayout(Path directory) {
    return Files.isRegularFile(directory.resolve(LAYOUT_FILE))
        || Files.isRegularFile(directory.resolve(INDEX_FILE));
  }

  public RepositoryName name() {
    return name;
  }

  /**
   * When its directory was created. If the file system doesn't record that, when it last changed.
   */
  public Instant createdAt() throws IOException {
    return Files.readAttributes(directory, BasicFileAttributes.class).creationTime().toInstant();
  }

  private record Settings(TagMutability imageTagMutability) {}

  private Path settings() {
    return directory.resolve(HIDDEN).resolve("repository.json");
  }

  public TagMutability tagMutability() throws IOException {
    try {
      return Json.MAPPER
          .readValue(Files.readAllBytes(settings()), Settings.class)
          .imageTagMutability();
    } catch (NoSuchFileException e) {
      return TagMutability.MUTABLE;
    } catch (JacksonException e) {
      throw new IOException(
          settings() + " can't be read. If you remove it, its tags become mutable", e);
    }
  }

  /** Its current images. */
  public Catalog images() throws IOException {
    return index.catalog();
  }

  /** Begins a change of its images, after earlier changes have ended. */
  public IndexEdit edit() throws IOException {
    editing.lock();
    boolean opened = false;
    try {
      IndexEdit edit = new IndexEdit(index, blobs, editing);
      opened = true;
      return edit;
    } finally {
      if (!opened) {
        editing.unlock();
      }
    }
  }

  /** A layer or a configuration: a blob that is not an image. */
  public Optional<Blob> layer(Digest digest) throws IOException {
    Optional<Blob> blob = blobs.find(digest);
    return blob.isPresent() && images().byDigest(digest).isPresent() ? Optional.empty() : blob;
  }

  /** The layer uploads in progress. */
  public Uploads uploads() {
    return uploads;
  }

  /** Makes a layer of a complete upload. */
  public void complete(Upload upload, Digest digest) throws IOException {
    blobs.take(digest, upload.file());
  }

  /** Ends all uploads, and removes their files. */
  void sweep() throws IOException {
    uploads.sweep();
    Path hidden = directory.resolve(HIDDEN);
    if (Files.isDirectory(hidden)) {
      boolean empty;
      try (var files = Files.list(hidden)) {
        empty = files.findAny().isEmpty();
      }
      if (empty) {
        Files.delete(hidden);
      }
    }
  }
}
