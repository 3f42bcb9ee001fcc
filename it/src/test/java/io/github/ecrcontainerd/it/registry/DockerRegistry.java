package io.github.ecrcontainerd.it.registry;

import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's docker-registry, with its storage in a temporary directory, at a free port. */
public final class DockerRegistry implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

  /** Apache's combined log: {@code "GET /v2/one/blobs/sha256:..." 200 1234}. */
  private static final Pattern ANSWERED = Pattern.compile("\"GET [^\"]*\" \\d{3} (\\d+)");

  private final String program;
  private final Path directory;
  private final Path storage;
  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /**
   * Starts the one of the {@code PATH}.
   *
   * @throws IllegalStateException if it doesn't start
   */
  public DockerRegistry() throws InterruptedException {
    this("docker-registry");
  }

  /**
   * Starts it.
   *
   * @param program its path, or its name for one of the {@code PATH}
   * @throws IllegalStateException if it doesn't start
   */
  public DockerRegistry(String program) throws InterruptedException {
    this(program, Optional.empty(), "", "");
  }

  private DockerRegistry(String program, Optional<Path> existing, String http, String sections)
      throws InterruptedException {
    this.program = program;
    try {
      directory = Files.createTempDirectory("registry");
      storage = existing.orElse(directory.resolve("storage"));
      Path config = directory.resolve("config.yml");
      Files.writeString(
          config,
          """
          version: 0.1
          log: {accesslog: {disabled: false}, level: info}
          storage: {filesystem: {rootdirectory: %s}, cache: {blobdescriptor: inmemory}}
          http: {addr: "127.0.0.1:0"%s}
          %s
          """
              .formatted(storage, http.isEmpty() ? "" : ", " + http, sections));
      process =
          new ProcessBuilder(program, "serve", config.toString()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't run docker-registry: run bin/setup bench", e);
    }
    // A virtual thread would pin its carrier while it reads a pipe: on two cores, two such threads
    // stop all virtual threads.
    Thread.ofPlatform().daemon().name("registry-log").start(this::readLog);
    try {
      port.get(30, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      close();
      throw new IllegalStateException("docker-registry did not start", e);
    }
  }

  /**
   * Starts another one that serves the same content in another way.
   *
   * @param http more of its configuration's section {@code http}, such as {@code prefix: /cache/}
   * @param sections other sections
   */
  DockerRegistry alsoServedWith(String http, String sections) throws InterruptedException {
    return new DockerRegistry(program, Optional.of(storage), http, sections);
  }

  private void readLog() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher answered = ANSWERED.matcher(line);
        if (answered.find()) {
          requests.increment();
          bytes.add(Long.parseLong(answered.group(1)));
        }
        Matcher listening = LISTENING.matcher(line);
        if (listening.find()) {
          port.complete(Integer.valueOf(listening.group(1)));
        }
      }
      port.completeExceptionally(new IOException("its log has ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  public int port() {
    return port.join();
  }

  /** How many GET requests it has answered. */
  public long requests() {
    return requests.sum();
  }

  /** How many bytes its answers to these had. */
  public long bytes() {
    return bytes.sum();
  }

  /** Its process ID. */
  public long pid() {
    return process.pid();
  }

  /** The file of a blob that it has. */
  public Path blob(Digest digest) {
    String hex = digest.hex();
    return storage.resolve(
        "docker/registry/v2/blobs/sha256/%s/%s/data".formatted(hex.substring(0, 2), hex));
  }

  /** The directory of its files. */
  Path storage() {
    return storage;
  }

  /**
   * Copies an image of an OCI layout, tagged {@code latest}, with all platforms if it is an index,
   * to the repository of that name.
   */
  public void fill(Path layout, String repository) {
    Command.run(
        List.of(
            "skopeo",
            "copy",
            "--all",
            "--quiet",
            "--insecure-policy",
            // Otherwise it compresses layers that are not compressed.
            "--preserve-digests",
            "--dest-tls-verify=false",
            "oci:" + layout + ":latest",
            "docker://127.0.0.1:%d/%s:latest".formatted(port(), repository)));
  }

  @Override
  public void close() {
    Command.kill(process);
    Command.run(List.of("rm", "-rf", directory.toString()));
  }
}
