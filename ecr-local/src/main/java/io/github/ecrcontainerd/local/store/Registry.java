package io.github.ecrcontainerd.local.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The repositories under one directory, each at the path that is its name. */
public final class Registry implements AutoCloseable {
  private final Path directory;
  private final Map<RepositoryName, Repository> known = new ConcurrentHashMap<>();

  private final DirectoryLock lock;
  private final boolean createOnPush;

  private Registry(Path directory, DirectoryLock lock, boolean createOnPush) {
    this.directory = directory;
    this.lock = lock;
    this.createOnPush = createOnPush;
  }

  /**
   * Opens a directory, which is made where it is missing, and sweeps out abandoned uploads.
   *
   * @param createOnPush whether a push creates the repository that it names
   * @throws IOException if it can't be used, or another server serves it
   */
  public static Registry open(Path directory, boolean createOnPush) throws IOException {
    Files.createDirectories(directory);
    Path real = directory.toRealPath();
    DirectoryLock lock = DirectoryLock.take(real);
    boolean opened = false;
    try {
      Registry registry = new Registry(real, lock, createOnPush);
      for (Repository repository : registry.repositories()) {
        repository.sweep();
      }
      opened = true;
      return registry;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  /** A repository, by its name; also one that another program made while we run. */
  public Optional<Repository> find(RepositoryName name) {
    return Repository.isLayout(directory.resolve(name.value()))
        ? Optional.of(known(name))
        : Optional.empty();
  }

  /**
   * What a push asks before its first upload: like {@link #find}, but where a push creates its
   * repository, one that doesn't exist yet is found too, and is empty. Creates nothing.
   */
  public Optional<Repository> findForPush(RepositoryName name) {
    return createOnPush ? Optional.of(known(name)) : find(name);
  }

  /** The repository that a push writes to: created now, where a push creates it. */
  public synchronized Optional<Repository> openForPush(RepositoryName name) throws IOException {
    Optional<Repository> found = find(name);
    return found.isPresent() || !createOnPush
        ? found
        : Optional.of(create(name, TagMutability.MUTABLE));
  }

  private Repository known(RepositoryName name) {
    return known.computeIfAbsent(name, n -> new Repository(n, directory.resolve(n.value())));
  }

  /**
   * Makes one.
   *
   * @throws FileAlreadyExistsException if it is there already
   */
  public synchronized Repository create(RepositoryName name, TagMutability mutability)
      throws IOException {
    Repository repository = known(name);
    repository.create(mutability);
    return repository;
  }

  /** All of them, sorted by their names. */
  public List<Repository> repositories() throws IOException {
    List<Repository> found = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            if (path.equals(directory)) {
              return FileVisitResult.CONTINUE;
            }
            if (isNoPartOfAName(path)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            nameOf(path).flatMap(Registry.this::find).ifPresent(found::add);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              // Another program's temporary file.
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
    found.sort((a, b) -> a.name().compareTo(b.name()));
    return found;
  }

  private static boolean isNoPartOfAName(Path path) {
    String last = path.getFileName().toString();
    @Nullable Path parent = path.getParent();
    return last.startsWith(".")
        || (last.equals("blobs") && parent != null && Repository.isLayout(parent));
  }

  /** What a directory is called as a repository. */
  private Optional<RepositoryName> nameOf(Path path) {
    try {
      return Optional.of(new RepositoryName(directory.relativize(path).toString()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Ends all uploads. What was pushed stays. */
  @Override
  public void close() throws IOException {
    try {
      for (Repository repository : known.values()) {
        repository.sweep();
      }
    } finally {
      lock.close();
    }
  }
}
