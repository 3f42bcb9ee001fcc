package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * What the link itself can do: curls, each of which downloads its part of a layer from the URL that
 * a pull gets, and keeps nothing.
 *
 * @param parts how many at a time
 */
record Curl(Sample sample, Link link, int parts) implements Peer {

  @Override
  public String name() {
    return "curl, %d ranges at a time, %s%s".formatted(parts, sample, link.words());
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Descriptor layer = stage.registries().samples().image(sample).layers().getFirst();
    StringBuilder script = new StringBuilder("set -e; pids=\n");
    for (int part = 0; part < parts; part++) {
      long first = layer.size() * part / parts;
      long last = layer.size() * (part + 1) / parts - 1;
      script.append(
          "curl -fsS -o /dev/null -r %d-%d \"$1\" & pids=\"$pids $!\"\n".formatted(first, last));
    }
    script.append("for pid in $pids; do wait $pid; done");
    String url = stage.registries().layerUrl(sample, layer.digest(), link);
    Program curls =
        new Program(List.of("sh", "-c", script.toString(), "sh", url))
            .trusting(stage.registries().authority());
    return stage.measure(stage.daemon(), link, curls::run);
  }
}
