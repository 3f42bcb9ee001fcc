package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Size;
import io.github.ecrcontainerd.containerd.TransferPlan;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The option to show what a command would transfer, without transferring it. */
final class DryRun {
  private static final int SHORT_DIGEST = 12;

  private final Options options;
  private final BooleanSupplier asked;

  DryRun(Options options) {
    this.options = options;
    asked =
        options.flag(
            "--dry-run", "print what would be transferred and what exists already; store nothing");
  }

  boolean isAsked() {
    return asked.getAsBoolean();
  }

  /** Prints a plan. */
  void print(Results results, String name, TransferPlan plan) {
    if (results.areJson()) {
      results.print(object(name, plan));
      return;
    }
    options.out().printf("%s %s%n", name, plan.root().digest());
    plan.present().forEach(content -> print(content, "exists"));
    plan.missing().forEach(content -> print(content, "to be transferred"));
    options
        .out()
        .printf(
            "  %s to be transferred, %s already there%n",
            Size.of(plan.missingBytes()), Size.of(plan.presentBytes()));
  }

  private void print(Descriptor content, String state) {
    options
        .out()
        .printf(
            "  %-8s %s  %10s  %s%n",
            MediaKind.of(content).noun(),
            content.digest().hex().substring(0, SHORT_DIGEST),
            Size.of(content.size()),
            state);
  }

  /** A plan as JSON. */
  static Map<String, Object> object(String name, TransferPlan plan) {
    Map<String, Object> object = Results.object("name", name);
    object.put("digest", plan.root().digest().toString());
    object.put("dryRun", true);
    object.put("bytesToTransfer", plan.missingBytes());
    object.put("bytesPresent", plan.presentBytes());
    object.put(
        "contents",
        Stream.concat(contents(plan.present(), true), contents(plan.missing(), false)).toList());
    return object;
  }

  private static Stream<Map<String, Object>> contents(List<Descriptor> contents, boolean present) {
    return contents.stream()
        .map(
            content -> {
              Map<String, Object> object = DescriptorObject.of(content);
              object.put("present", present);
              return object;
            });
  }
}
