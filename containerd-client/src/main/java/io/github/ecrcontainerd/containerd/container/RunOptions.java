package io.github.ecrcontainerd.containerd.container;

import io.github.ecrcontainerd.resolver.Platform;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How to run a container of an image. Options that are not set come from the image.
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

  /** Returns a builder with default options. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder with these options, including the name. */
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

  /** The name of the container, task and snapshot while it runs. */
  public String id() {
    return id;
  }

  /** The platform whose image of an index runs. */
  public Optional<Platform> platform() {
    return platform;
  }

  /** The snapshotter in which the image is unpacked. */
  public Optional<String> snapshotter() {
    return snapshotter;
  }

  /** The arguments that replace the image's {@code Cmd}; empty to keep it. */
  public List<String> args() {
    return args;
  }

  /** Variables in addition to the image's, {@code NAME=value}. */
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

  /** The stream that receives its standard output. */
  public OutputStream stdout() {
    return stdout;
  }

  /** The stream that receives its standard error. */
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

    /** Sets the name of the container, task and snapshot while it runs; by default a random one. */
    public Builder id(String name) {
      this.id = Optional.of(name);
      return this;
    }

    /**
     * Sets which image of an index to run; by default the best one for this machine in the content
     * store, or the only one there.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Sets the snapshotter in which the image is unpacked; by default the value of the namespace's
     * label {@code containerd.io/defaults/snapshotter}, else {@code overlayfs}.
     */
    public Builder snapshotter(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("A snapshotter has a name, for example overlayfs");
      }
      this.snapshotter = Optional.of(name);
      return this;
    }

    /** Sets arguments that follow the image's entrypoint and replace its {@code Cmd}. */
    public Builder args(String... arguments) {
      return args(List.of(arguments));
    }

    /** Sets arguments: {@link #args(String...)}. */
    public Builder args(List<String> arguments) {
      this.args = List.copyOf(arguments);
      return this;
    }

    /** Sets variables in addition to the image's, {@code NAME=value}; they override the image's. */
    public Builder env(String... variables) {
      for (String variable : variables) {
        if (variable.indexOf('=') < 1) {
          // The message omits the text, because it may be a secret value.
          throw new IllegalArgumentException(
              "An environment variable has the form NAME=value; one has no name");
        }
      }
      this.env = List.of(variables);
      return this;
    }

    /** Sets the directory that the program starts in, an absolute path. */
    public Builder workingDir(String directory) {
      if (!directory.startsWith("/")) {
        throw new IllegalArgumentException(
            "A working directory must be absolute, not " + directory);
      }
      this.workingDir = Optional.of(directory);
      return this;
    }

    /**
     * Sets the user that the program runs as, in an image's form: {@code user[:group]} with names
     * from the image's {@code /etc/passwd} and {@code /etc/group}, or numbers.
     */
    public Builder user(String name) {
      this.user = Optional.of(name);
      return this;
    }

    /**
     * Sets the streams for its standard output and error; by default this program's. They are not
     * closed.
     */
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
