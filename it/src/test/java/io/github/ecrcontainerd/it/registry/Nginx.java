package io.github.ecrcontainerd.it.registry;

import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.DebianPrograms;
import io.github.ecrcontainerd.local.EcrLocal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * nginx as the gateway of an ECR: for the API, and for the layers, because it puts its own address
 * into the layers' URLs. It lets so many requests a second through to each, and answers the others
 * with 503 and Retry-After.
 */
final class Nginx implements AutoCloseable {
  /** nginx has no option for "any free port", so another process may take the port first. */
  private static final int PORTS = 5;

  private final Path directory;
  private final URI address;
  private final Process process;

  /**
   * A request that it answered.
   *
   * @param subject what was requested: the operation and its parameters, or the layer
   * @param arrived when it came, in milliseconds since the epoch
   * @param answered when its answer had been sent
   */
  record Answer(String subject, int status, long arrived, long answered) {
    private static Answer parse(String line) {
      String[] fields = line.split("\t", -1);
      long answered = millis(fields[0]);
      return new Answer(
          fields[3], Integer.parseInt(fields[2]), answered - millis(fields[1]), answered);
    }

    private static long millis(String seconds) {
      return Math.round(Double.parseDouble(seconds) * 1e3);
    }
  }

  private Nginx(Path directory, URI address, Process process) {
    this.directory = directory;
    this.address = address;
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param calls how many calls of the API a second it lets through
   * @param layers how many requests for layers a second
   * @param retryAfter the Retry-After of the others, in seconds
   * @throws IllegalStateException if it doesn't start
   */
  static Nginx before(EcrLocal ecr, int calls, int layers, int retryAfter) throws Exception {
    String program = DebianPrograms.nginx().toString();
    for (int attempt = 1; ; attempt++) {
      Path directory = Files.createTempDirectory("nginx");
      int port = freePort();
      URI address = URI.create("http://127.0.0.1:" + port);
      Files.writeString(
          directory.resolve("nginx.conf"),
          configuration(directory, port, ecr, calls, layers, retryAfter));
      Process process =
          new ProcessBuilder(program, "-e", "stderr", "-c", directory + "/nginx.conf")
              .redirectErrorStream(true)
              .start();
      Nginx nginx = new Nginx(directory, address, process);
      try {
        nginx.awaitListening();
        return nginx;
      } catch (IllegalStateException e) {
        nginx.close();
        if (attempt == PORTS) {
          throw e;
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static String configuration(
      Path directory, int port, EcrLocal ecr, int calls, int layers, int retryAfter) {
    return """
    daemon off;
    # One process, so nothing is left if it is killed.
    master_process off;
    pid %1$s/pid;
    error_log stderr notice;
    events {}
    http {
      log_format answers '$msec\t$request_time\t$status\t$http_x_amz_target$request_body$uri';
      access_log %1$s/access.log answers;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      scgi_temp_path %1$s/scgi;
      uwsgi_temp_path %1$s/uwsgi;
      limit_req_zone $server_port zone=api:1m rate=%2$dr/s;
      limit_req_zone $server_port zone=layers:1m rate=%9$dr/s;
      server {
        listen 127.0.0.1:%3$d;
        error_page 503 @slower;
        location = / {
          limit_req zone=api;
          proxy_pass %4$s;
          proxy_set_header Host %6$s;
          sub_filter_types *;
          sub_filter_once off;
          sub_filter '%5$s' 'http://127.0.0.1:%3$d';
        }
        location / {
          limit_req zone=layers;
          proxy_pass %5$s;
          proxy_set_header Host %7$s;
        }
        # A peer, because a request has a body in the log only if it was sent to one.
        location @slower {
          proxy_pass http://unix:%1$s/slower;
        }
      }
      server {
        listen unix:%1$s/slower;
        access_log off;
        add_header Retry-After %8$d always;
        return 503;
      }
    }
    """
        .formatted(
            directory,
            calls,
            port,
            ecr.endpoint(),
            ecr.layerEndpoint(),
            ecr.endpoint().getAuthority(),
            ecr.layerEndpoint().getAuthority(),
            retryAfter,
            layers);
  }

  private void awaitListening() throws InterruptedException {
    CompletableFuture<Boolean> listening = new CompletableFuture<>();
    // A virtual thread would pin its carrier while it reads a pipe.
    Thread.ofPlatform().daemon().name("nginx-log").start(() -> readLog(listening));
    try {
      listening.get(30, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("nginx did not start", e);
    }
  }

  /** It chooses its event method after it has opened its ports. */
  private void readLog(CompletableFuture<Boolean> listening) {
    StringBuilder log = new StringBuilder();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.append(line).append('\n');
        if (line.contains("using the \"epoll\" event method")) {
          listening.complete(true);
        }
      }
      listening.completeExceptionally(new IOException("its log has ended: " + log));
    } catch (IOException e) {
      listening.completeExceptionally(e);
    }
  }

  /** The endpoint of the API. */
  URI address() {
    return address;
  }

  /** Ends it, and returns all answers in the order in which they were sent. */
  List<Answer> answers() throws InterruptedException {
    process.destroy();
    process.waitFor();
    try {
      return Files.readAllLines(directory.resolve("access.log")).stream()
          .map(Answer::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Command.kill(process);
    Command.run(List.of("rm", "-rf", directory.toString()));
  }
}
