package io.github.ecrcontainerd.it.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.crt.CRT;

/**
 * Pulls the same image again and again in one JVM, removing it each time, and prints after each
 * what the JVM uses: a line of numbers, see {@link Sample}. Most pulls share a resolver and a
 * client; every tenth has its own, so that opening and closing them leaves nothing either.
 *
 * <p>Arguments: the daemon's socket, the ECR's endpoint, a reference, how many pulls; and how many
 * bytes each pull is to leak, for a test of the test.
 */
final class Soak {
  private static final int OWN = 10;
  private static final Pattern COMMITTED = Pattern.compile("Total:.*committed=(\\d+)KB");

  private final Path socket;
  private final URI endpoint;
  private final String reference;

  private Soak(Path socket, URI endpoint, String reference) {
    this.socket = socket;
    this.endpoint = endpoint;
    this.reference = reference;
  }

  /**
   * What a JVM uses at one time.
   *
   * @param ingests how many are open in the daemon
   * @param threads all of the process, those of native code too
   * @param files open file descriptors
   * @param heapKib what is alive of it, after a collection
   * @param rssKib the process's memory; all of the heap is part of it from the start
   * @param nativeKib what the JVM itself has committed, the heap included
   * @param crtKib what the CRT has allocated
   */
  record Sample(
      long ingests,
      long threads,
      long files,
      long heapKib,
      long rssKib,
      long nativeKib,
      long crtKib) {

    static Sample parse(String line) {
      long[] numbers = Stream.of(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
      return new Sample(
          numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
    }

    @Override
    public String toString() {
      return "%d %d %d %d %d %d %d"
          .formatted(ingests, threads, files, heapKib, rssKib, nativeKib, crtKib);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Soak soak = new Soak(Path.of(arguments[0]), URI.create(arguments[1]), arguments[2]);
    soak.run(
        Integer.parseInt(arguments[3]), arguments.length > 4 ? Long.parseLong(arguments[4]) : 0);
  }

  private void run(int pulls, long leak) throws Exception {
    try (EcrResolver shared = resolver(4);
        ContainerdClient client = client()) {
      for (int i = 0; i < pulls; i++) {
        if (i % OWN == OWN - 1) {
          try (EcrResolver own = resolver(1);
              ContainerdClient ownClient = client()) {
            pull(ownClient, own);
          }
        } else {
          pull(client, shared);
        }
        if (leak > 0) {
          var _ = Arena.global().allocate(leak).fill((byte) 1);
        }
        System.out.println(sample(client));
      }
    }
  }

  private void pull(ContainerdClient client, EcrResolver resolver) throws InterruptedException {
    String name = client.pull(reference, resolver, PullOptions.defaults()).name();
    client.images().deleteAndCollect(name);
  }

  private EcrResolver resolver(int parallelism) {
    return EcrResolver.builder()
        .endpointOverride(endpoint)
        .layerDownloadParallelism(parallelism)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .build();
  }

  private ContainerdClient client() {
    return ContainerdClient.builder().address(socket).build();
  }

  private static Sample sample(ContainerdClient client) throws Exception {
    System.gc();
    Runtime heap = Runtime.getRuntime();
    return new Sample(
        client.content().statuses().size(),
        count("/proc/self/task"),
        count("/proc/self/fd"),
        (heap.totalMemory() - heap.freeMemory()) >> 10,
        rssKib(),
        committedKib(),
        CRT.nativeMemory() >> 10);
  }

  private static long count(String directory) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of(directory))) {
      return entries.count();
    }
  }

  private static long rssKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** What the JVM's own account of its memory says (Native Memory Tracking). */
  private static long committedKib() throws JMException {
    String report =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "vmNativeMemory",
                    new Object[] {new String[] {"summary"}},
                    new String[] {String[].class.getName()});
    Matcher total = COMMITTED.matcher(report);
    if (!total.find()) {
      throw new IllegalStateException("No account of native memory: " + report);
    }
    return Long.parseLong(total.group(1));
  }
}
