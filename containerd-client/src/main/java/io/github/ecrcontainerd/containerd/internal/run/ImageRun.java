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

/** Runs one container of an image. The image and the options determine its process. */
public final class ImageRun {
  private final ContainerdServices services;
  private final String namespace;
  private final Supplier<Peer> peer;
  private final RunOptions options;

  /**
   * Creates a run without starting it.
   *
   * @param namespace the namespace of the services
   * @param peer returns the daemon's process
   */
  public ImageRun(
      ContainerdServices services, String namespace, Supplier<Peer> peer, RunOptions options) {
    this.services = services;
    this.namespace = namespace;
    this.peer = peer;
    this.options = options;
  }

  /** Runs the container until it exits. */
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

  /** Returns the image's variables, overridden by those of the options, and always a PATH. */
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

  /** Looks the user up in the snapshot's files if this process can see them, else in the layers. */
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
          "The user \"%s\" can't be looked up: %s, and this process can't see the snapshot's files: %s. Run it on the daemon's host, as the daemon's user"
              .formatted(user, e.getMessage(), unseen.getMessage()),
          e);
    }
  }

  private long daemon() throws IOException {
    OptionalLong pid = peer.get().pid();
    // The kernel reports 0 for a process outside of this PID namespace.
    if (pid.orElse(0) == 0) {
      throw new IOException("the daemon's process is not known");
    }
    return pid.getAsLong();
  }
}
