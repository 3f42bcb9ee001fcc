package io.github.ecrcontainerd.containerd.container;

import io.github.ecrcontainerd.resolver.Platform;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How to run a container of an image. What is not set here is as the image says.
 *
 * <pre>{@code
 * containerd.run(image, RunOptions.builder().args("-c", "id").env("COLOUR=blue").build())
 * }</pre>
 */
public final class RunOptions {
  private final String id;
  private final Optional<Platform> platform;
  private final Optional<String> snapshotter;
  private final List<String> args;
  private final List<String> env;
  private final Optional<String> workingDir;
  private final Optional<String> user;
  private final OutputStream stdout;
  private final OutputStream stderr;

  private RunOptions(Builder builder) {
    this.id = builder.id.orElseGet(() -> "run-" + UUID.randomUUID());
    this.platform = builder.platform;
    this.snapshotter = builder.snapshotter;
    this.args = builder.args;
    this.env = builder.env;
    this.workingDir = builder.workingDir;
    this.user = builder.user;
    this.stdout = builder.stdout;
    this.stderr = builder.stderr;
  }

  /** Options at their defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The same options, to be changed; the name, too, is the same. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.id = Optional.of(id);
    builder.platform = platform;
    builder.snapshotter = snapshotter;
    builder.args = args;
    builder.env = env;
    builder.workingDir = workingDir;
    builder.user = user;
    builder.stdout = stdout;
    builder.stderr = stderr;
    return builder;
  }

  /** The name of container, task and snapshot while it runs. */
  public String id() {
    return id;
  }

  /** Which of an index's images. */
  public Optional<Platform> platform() {
    return platform;
  }

  /** Where the image is unpacked. */
  public Optional<String> snapshotter() {
    return snapshotter;
  }

  /** The arguments in place of the image's own {@code Cmd}; none to leave that. */
  public List<String> args() {
    return args;
  }

  /** Variables in addition to the image's own, {@code NAME=value}. */
  public List<String> env() {
    return env;
  }

  /** The directory that the program starts in. */
  public Optional<String> workingDir() {
    return workingDir;
  }

  /** The user that the program runs as. */
  public Optional<String> user() {
    return user;
  }

  /** Where its output goes. */
  public OutputStream stdout() {
    return stdout;
  }

  /** Where its errors go. */
  public OutputStream stderr() {
    return stderr;
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private Optional<String> id = Optional.empty();
    private Optional<Platform> platform = Optional.empty();
    private Optional<String> snapshotter = Optional.empty();
    private List<String> args = List.of();
    private List<String> env = List.of();
    private Optional<String> workingDir = Optional.empty();
    private Optional<String> user = Optional.empty();
    private OutputStream stdout = System.out;
    private OutputStream stderr = System.err;

    private Builder() {}

    /** The name of container, task and snapshot while it runs; by default one of its own. */
    public Builder id(String name) {
      this.id = Optional.of(name);
      return this;
    }

    /**
     * Which of an index's images; by default the best for this machine of those that are in the
     * content store, or the only one that is there.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Where the image is unpacked; by default what the namespace's label {@code
     * containerd.io/defaults/snapshotter} says, else {@code overlayfs}.
     */
    public Builder snapshotter(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("A snapshotter has a name, for example overlayfs");
      }
      this.snapshotter = Optional.of(name);
      return this;
    }

    /** Arguments in place of the image's own {@code Cmd}, after its entrypoint. */
    public Builder args(String... arguments) {
      return args(List.of(arguments));
    }

    /** The same. */
    public Builder args(List<String> arguments) {
      this.args = List.copyOf(arguments);
      return this;
    }

    /** Variables in addition to the image's own, {@code NAME=value}; of one name these count. */
    public Builder env(String... variables) {
      for (String variable : variables) {
        if (variable.indexOf('=') < 1) {
          // Without the text: what was to be the value may be a secret.
          throw new IllegalArgumentException(
              "A variable of the environment is NAME=value, and one has no name");
        }
      }
      this.env = List.of(variables);
      return this;
    }

    /** The directory that the program starts in, absolute. */
    public Builder workingDir(String directory) {
      if (!directory.startsWith("/")) {
        throw new IllegalArgumentException("A working directory is absolute, and not " + directory);
      }
      this.workingDir = Optional.of(directory);
      return this;
    }

    /**
     * The user that the program runs as, as an image names it: {@code user[:group]} by names of the
     * image's {@code /etc/passwd} and {@code /etc/group}, or by numbers.
     */
    public Builder user(String name) {
      this.user = Optional.of(name);
      return this;
    }

    /** Where its output and its errors go; by default where this program's go. Left open. */
    public Builder output(OutputStream out, OutputStream err) {
      this.stdout = out;
      this.stderr = err;
      return this;
    }

    /** The options. */
    public RunOptions build() {
      return new RunOptions(this);
    }
  }
}
