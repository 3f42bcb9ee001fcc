package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.Peer;
import io.github.ecrcontainerd.containerd.container.ProcessUser;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.container.RuntimeSpec;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.internal.rootfs.LayerFiles;
import io.github.ecrcontainerd.containerd.internal.rootfs.SnapshotFiles;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.ImageProcess;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** One container of an image: what runs in it is what the image and the options say. */
public final class ImageRun {
  private final ContainerdServices services;
  private final String namespace;
  private final Supplier<Peer> peer;
  private final RunOptions options;

  /**
   * A run that has not begun.
   *
   * @param namespace the services' own
   * @param peer asks who the daemon is
   */
  public ImageRun(
      ContainerdServices services, String namespace, Supplier<Peer> peer, RunOptions options) {
    this.services = services;
    this.namespace = namespace;
    this.peer = peer;
    this.options = options;
  }

  /** Runs it to its end. */
  public ExitStatus run(Image image) throws InterruptedException {
    RunnableImage chosen = RunnableImage.find(services, image, options.platform());
    ImageProcess process = chosen.config().process();
    List<String> args = args(process);
    String workingDir = workingDir(process);
    String snapshotter =
        DefaultSnapshotter.choose(options.snapshotter(), services.namespaces(), namespace);
    requireUnpacked(image, chosen.snapshot(), snapshotter);
    ContainerRun.Settings settings =
        new ContainerRun.Settings(
            options.id(),
            image.name(),
            snapshotter,
            chosen.snapshot(),
            options.stdout(),
            options.stderr());
    return new ContainerRun(
            services,
            namespace,
            settings,
            mounts ->
                new RuntimeSpec(
                    args,
                    env(process),
                    workingDir,
                    user(options.user().orElse(process.user()), mounts, chosen),
                    ""))
        .run();
  }

  private List<String> args(ImageProcess process) {
    List<String> args = new ArrayList<>(process.entrypoint());
    args.addAll(options.args().isEmpty() ? process.cmd() : options.args());
    if (args.isEmpty()) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED, "The image doesn't say what to run: name a program");
    }
    return args;
  }

  /** The image's, then those of the options in their places; a PATH in any case. */
  private List<String> env(ImageProcess process) {
    Map<String, String> byName = new LinkedHashMap<>();
    for (List<String> variables : List.of(process.env(), options.env())) {
      variables.forEach(variable -> byName.put(variable.split("=", 2)[0], variable));
    }
    byName.putIfAbsent("PATH", RuntimeSpec.DEFAULT_PATH);
    return List.copyOf(byName.values());
  }

  private String workingDir(ImageProcess process) {
    String directory = options.workingDir().orElse(process.workingDir());
    if (directory.isEmpty()) {
      return "/";
    }
    if (!directory.startsWith("/")) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED,
          "The image's working directory is not absolute, but \"%s\"".formatted(directory));
    }
    return directory;
  }

  private void requireUnpacked(Image image, String snapshot, String snapshotter)
      throws InterruptedException {
    if (!snapshot.isEmpty() && services.snapshots(snapshotter).stat(snapshot).isEmpty()) {
      throw new ImageException(
          ImageException.Code.INCOMPLETE,
          "%s is not unpacked in the snapshotter %s: pull it into that one, without --no-unpack"
              .formatted(image.name(), snapshotter));
    }
  }

  /** From the snapshot's files where they can be seen from here, else from the layers. */
  private ProcessUser user(String user, List<Mount> mounts, RunnableImage image)
      throws InterruptedException {
    IOException unseen;
    try (SnapshotFiles files = SnapshotFiles.open(daemon(), mounts)) {
      return UserLookup.find(user, files);
    } catch (IOException e) {
      unseen = e;
    }
    List<Descriptor> layers = image.layers();
    List<Digest> diffIds = image.config().diffIds();
    if (layers.size() != diffIds.size()) {
      throw new ImageException(
          ImageException.Code.MALFORMED,
          "The manifest has %d layers, the image configuration diff IDs for %d"
              .formatted(layers.size(), diffIds.size()));
    }
    try (LayerFiles files = new LayerFiles(services.content(), layers, diffIds)) {
      return UserLookup.find(user, files);
    } catch (IOException e) {
      e.addSuppressed(unseen);
      throw new ImageException(
          ImageException.Code.UNSUPPORTED,
          null,
          null,
          "Which rights the user \"%s\" has can't be found out: %s, and the snapshot's files can't be seen from here: %s. Run this where the daemon's files are, as the daemon's user"
              .formatted(user, e.getMessage(), unseen.getMessage()),
          e);
    }
  }

  private long daemon() throws IOException {
    OptionalLong pid = peer.get().pid();
    // 0 is what the kernel says of a process that this PID namespace doesn't have.
    if (pid.orElse(0) == 0) {
      throw new IOException("the daemon's process is not known");
    }
    return pid.getAsLong();
  }
}
