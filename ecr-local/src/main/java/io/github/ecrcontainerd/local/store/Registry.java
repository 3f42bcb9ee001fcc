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

/** The repositories under one directory. The name of each is its path. */
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
   * Opens a directory, creates it if it is missing, and removes abandoned uploads.
   *
   * @param createOnPush whether a push creates a missing repository
   * @throws IOException if the directory can't be used, or another server serves it
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

  /**
   * Finds a repository by name, including one that another program created while this server runs.
   */
  public Optional<Repository> find(RepositoryName name) {
    return Repository.isLayout(directory.resolve(name.value()))
        ? Optional.of(known(name))
        : Optional.empty();
  }

  /**
   * Finds the repository of a push before its first upload. If a push creates missing repositories,
   * a missing one is found too, and is empty. Otherwise the same as {@link #find}. Creates nothing.
   */
  public Optional<Repository> findForPush(RepositoryName name) {
    return createOnPush ? Optional.of(known(name)) : find(name);
  }

  /**
   * The repository that a push writes to. It is created now if it is missing and a push creates it.
   */
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
   * Creates a repository.
   *
   * @throws FileAlreadyExistsException if it exists
   */
  public synchronized Repository create(RepositoryName name, TagMutability mutability)
      throws IOException {
    Repository repository = known(name);
    repository.create(mutability);
    return repository;
  }

  /** All repositories, sorted by name. */
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

  /** The repository name of a directory. */
  private Optional<RepositoryName> nameOf(Path path) {
    try {
      return Optional.of(new RepositoryName(directory.relativize(path).toString()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Ends all uploads. Pushed images stay. */
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
