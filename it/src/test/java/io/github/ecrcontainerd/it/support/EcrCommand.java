package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The {@code ecr} command as a separate process, without the environment of the tests: the JVM that
 * {@code bin/ecr} starts, without the script.
 */
public final class EcrCommand {
  /** The names of all commands. */
  public static final List<String> COMMANDS =
      List.of(
          "pull",
          "push",
          "copy",
          "run",
          "ls",
          "tag",
          "rm",
          "resolve",
          "inspect",
          "local",
          "help",
          "completion");

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Map<String, String> environment = new HashMap<>();
  private final List<String> wrapper = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private String java = Checkout.ecr().getFirst();
  private String heap = "96m";
  private boolean isLaunched;
  private String temporary = System.getProperty("java.io.tmpdir");

  /**
   * The result of the command.
   *
   * @param status its exit status
   * @param out what it printed to standard output
   * @param err what it printed to standard error
   */
  public record Ended(int status, String out, String err) {}

  /** A command with some credentials. */
  public static EcrCommand withCredentials() {
    return new EcrCommand().with("AWS_ACCESS_KEY_ID", "local").with("AWS_SECRET_ACCESS_KEY", "x");
  }

  /** A command without credentials. */
  public static EcrCommand withoutCredentials() {
    return new EcrCommand()
        .with("AWS_EC2_METADATA_DISABLED", "true")
        .with("AWS_CONFIG_FILE", "/nonexistent")
        .with("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  }

  /** A command with an empty environment. */
  public static EcrCommand plain() {
    return new EcrCommand();
  }

  /** Sets an environment variable. */
  public EcrCommand with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Sets environment variables. */
  public EcrCommand with(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /** Drops one of root's capabilities, by its name without CAP_. */
  public EcrCommand withoutCapability(String capability) {
    wrapper.addAll(
        List.of("setpriv", "--bounding-set=-" + capability, "--inh-caps=-" + capability));
    return this;
  }

  /** Runs it as another user, who may read what root may, and has no other capability. */
  public EcrCommand asUser(int uid) {
    wrapper.addAll(OtherUser.wrapper(uid));
    java = OtherUser.java();
    return this;
  }

  /**
   * Makes it react to signals even if the tests ignore them: a shell starts background programs
   * with SIGINT ignored, and a program passes that on to its children.
   */
  public EcrCommand heedingSignals() {
    wrapper.addAll(List.of("env", "--default-signal=HUP,INT,TERM"));
    return this;
  }

  /** Sets a resource limit by prlimit(1): {@code nofile}, {@code nproc}. */
  public EcrCommand limit(String resource, int max) {
    wrapper.addAll(List.of("prlimit", "--%s=%d".formatted(resource, max)));
    return this;
  }

  /** Has its memory, with that of its kernel's caches, limited and counted by a control group. */
  public EcrCommand in(MemoryGroup group) {
    wrapper.addAll(group.wrapper());
    return this;
  }

  /** Makes a directory empty and read-only, for root, too, by a mount that only it sees. */
  public EcrCommand withReadOnly(Path directory) {
    wrapper.addAll(
        List.of(
            "unshare",
            "--mount",
            "--propagation",
            "slave",
            "sh",
            "-c",
            "mount -t tmpfs -o ro,mode=0755 tmpfs \"$1\" && shift && exec \"$@\"",
            "sh",
            directory.toString()));
    return this;
  }

  /** Moves its clock, and that of no other process: {@code +1d}. */
  public EcrCommand withClock(String offset) {
    return with(MovedClock.by(offset));
  }

  /** Runs it by a shell with a redirection of its output: {@code >&-}. */
  public EcrCommand redirected(String redirection) {
    wrapper.addAll(List.of("sh", "-c", "exec \"$@\" " + redirection, "sh"));
    return this;
  }

  /** Starts a JVM with as few threads as possible: one compiler, and no cache. */
  public EcrCommand withFewThreads() {
    options.addAll(List.of("-XX:AOTMode=off", "-XX:TieredStopAtLevel=1"));
    return this;
  }

  /** Makes the CRT unpack its native code itself, as in an application that uses the library. */
  public EcrCommand withoutUnpackedNativeCode() {
    options.add("-Djava.library.path=");
    return this;
  }

  /** Runs {@code bin/ecr}, with its own choice of the heap, the cache and temporary files. */
  public EcrCommand byTheLauncher() {
    isLaunched = true;
    return this;
  }

  /** Sets where it makes temporary files. */
  public EcrCommand temporary(Path directory) {
    temporary = directory.toString();
    return this;
  }

  /** Sets the maximum heap: {@code 64m}. */
  public EcrCommand heap(String most) {
    heap = most;
    return this;
  }

  /** Runs it to its end. */
  public Ended run(String... arguments) throws InterruptedException {
    try {
      Path out = Files.createTempFile("ecr", ".out");
      Path err = Files.createTempFile("ecr", ".err");
      try {
        Process process = start(out, err, arguments);
        if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          throw new AssertionError(
              "ecr %s did not end within %s: %s"
                  .formatted(List.of(arguments), DEADLINE, Files.readString(err)));
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it, with its output in two files. */
  public Process start(Path out, Path err, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(isLaunched ? List.of(Checkout.launcher()) : jvm());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    if (isLaunched) {
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    }
    Certificate.ofTheSuite()
        .ifPresent(
            trusted -> builder.environment().put("SSL_CERT_FILE", trusted.file().toString()));
    builder.environment().putAll(environment);
    return builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }

  private List<String> jvm() {
    List<String> launched = Checkout.ecr();
    List<String> command = new ArrayList<>(List.of(java));
    // The last value of an option counts, and JVM options have to be before -jar.
    int jar = launched.indexOf("-jar");
    command.addAll(launched.subList(1, jar));
    command.addAll(List.of("-Xmx" + heap, "-Djava.io.tmpdir=" + temporary));
    command.addAll(options);
    command.addAll(launched.subList(jar, launched.size()));
    return command;
  }
}
