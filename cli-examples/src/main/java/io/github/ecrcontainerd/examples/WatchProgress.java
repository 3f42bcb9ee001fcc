package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Pulls an image and prints its progress: {@code WatchProgress REFERENCE}. */
public final class WatchProgress {
  private WatchProgress() {}

  /**
   * Several threads call it, and the transfer waits for each call: so it only counts and prints.
   */
  private static final class Log implements PullListener {
    private final AtomicLong total = new AtomicLong();
    private final AtomicLong arrived = new AtomicLong();

    @Override
    public void planned(List<Descriptor> contents) {
      total.set(contents.stream().mapToLong(Descriptor::size).sum());
    }

    @Override
    public void alreadyThere(Descriptor content) {
      arrived.addAndGet(content.size());
    }

    @Override
    public void transferred(Descriptor content, long bytes) {
      arrived.addAndGet(bytes);
    }

    @Override
    public void completed(Descriptor content) {
      System.out.printf("%s: %d of %d bytes%n", content.digest(), arrived.get(), total.get());
    }

    @Override
    public void unpacked(Descriptor layer) {
      System.out.println(layer.digest() + " is unpacked");
    }
  }

  public static void main(String[] args) throws InterruptedException {
    try (EcrResolver resolver = EcrResolver.create();
        ContainerdClient containerd = ContainerdClient.connect()) {
      containerd.pull(args[0], resolver, PullOptions.builder().listener(new Log()).build());
    }
  }
}
