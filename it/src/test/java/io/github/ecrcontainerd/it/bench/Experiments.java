package io.github.ecrcontainerd.it.bench;

import static io.github.ecrcontainerd.it.bench.EcrPull.DEFAULT_PARALLELISM;
import static io.github.ecrcontainerd.it.bench.EcrPull.Layers.DISCARDED;
import static io.github.ecrcontainerd.it.bench.EcrPull.Layers.KEPT_AS_THEY_ARE;
import static io.github.ecrcontainerd.it.bench.EcrPull.Layers.UNPACKED_BY_THE_DAEMON;
import static io.github.ecrcontainerd.it.bench.EcrPull.Layers.UNPACKED_DIRECTLY;
import static io.github.ecrcontainerd.it.bench.Goal.atLeast;
import static io.github.ecrcontainerd.it.bench.Goal.atMost;
import static io.github.ecrcontainerd.it.bench.Link.LIMITED;
import static io.github.ecrcontainerd.it.bench.Link.UNLIMITED;
import static io.github.ecrcontainerd.it.bench.Link.UNLIMITED_OVER_TLS;
import static io.github.ecrcontainerd.it.bench.Sample.EIGHT;
import static io.github.ecrcontainerd.it.bench.Sample.FORTY;
import static io.github.ecrcontainerd.it.bench.Sample.MANY_SMALL;
import static io.github.ecrcontainerd.it.bench.Sample.ONE;
import static io.github.ecrcontainerd.it.bench.Sample.ONE_LARGE;
import static io.github.ecrcontainerd.it.bench.Sample.ONE_MEDIUM;
import static io.github.ecrcontainerd.it.bench.Sample.ONE_SMALL;
import static io.github.ecrcontainerd.it.bench.Sample.SYSTEM;
import static io.github.ecrcontainerd.it.bench.Sample.TEN_SMALL;

import io.github.ecrcontainerd.containerd.SocketTransport;
import io.github.ecrcontainerd.it.bench.Daemon.Fetching;
import io.github.ecrcontainerd.it.bench.TransportWork.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * All that is measured, with the goals. To add a row: add a peer to an experiment, or an experiment
 * to {@link #all}, and behind it {@code .row(name, unit, goal, values of the rounds)}.
 */
final class Experiments {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  /** One that every quick run has: the version that most goals are about. */
  private static final String NEWEST = "2.1";

  /** Rounds in a JVM that goes on whose figures don't count. */
  private static final int COLD = 2;

  private final boolean quick;

  Experiments(boolean quick) {
    this.quick = quick;
  }

  List<Experiment> all() {
    List<Experiment> all = new ArrayList<>();
    all.add(start());
    all.add(link());
    all.add(bare());
    all.add(store(NEWEST, atLeast(4)));
    all.add(transports().inFull());
    all.add(memory());
    all.add(limited(ONE, atMost(0.6)));
    all.add(limited(EIGHT, atMost(0.7)));
    all.add(unlimited(NEWEST, ONE, atMost(0.8)));
    all.add(warm());
    all.add(push(ONE, atMost(3.4)));
    all.add(push(EIGHT, atMost(2.0)));
    all.add(tls().inFull());
    all.add(unlimited(NEWEST, EIGHT, atMost(0.8)).inFull());
    all.add(unlimited(NEWEST, SYSTEM, atMost(0.7)).inFull());
    all.add(store("1.6", atLeast(1.25)).inFull());
    all.add(unlimited("1.6", ONE, atMost(0.7)).inFull());
    all.add(unlimited("1.6", EIGHT, atMost(0.7)).inFull());
    all.add(unlimited("1.6", SYSTEM, atMost(0.7)).inFull());
    all.add(unlimited("1.7", ONE, atMost(0.7)).inFull());
    all.add(unlimited("1.7", EIGHT, atMost(0.7)).inFull());
    all.add(thirtyPulls().inFull());
    all.add(growth().inFull());
    return all;
  }

  private int rounds(int full) {
    return quick ? 1 : full;
  }

  private Experiment start() {
    Peer tiny = EcrPull.start();
    return new Experiment("start", "An image of a few KB", NEWEST, quick ? 3 : 9, tiny)
        .row(
            "pull of an image of 5 KiB, process start to exit",
            "s",
            atMost(0.45),
            results -> results.each(tiny, Run::seconds));
  }

  private Experiment link() {
    Peer start = EcrPull.start();
    Peer four = new EcrPull(ONE, LIMITED, 4, KEPT_AS_THEY_ARE);
    Peer eight = new EcrPull(ONE, LIMITED, 8, KEPT_AS_THEY_ARE);
    Experiment experiment =
        new Experiment(
            "link",
            "One layer of 512 MiB, 60 MiB/s a connection, 15 ms to the first byte",
            NEWEST,
            rounds(5),
            start,
            four,
            eight,
            new EcrPull(ONE, LIMITED, 1, KEPT_AS_THEY_ARE),
            new Curl(ONE, LIMITED, 4),
            new Curl(ONE, LIMITED, 8));
    return experiment
        .row(
            "one layer of 512 MiB, 60 MiB/s a connection, parallelism 4, without start-up",
            "times the link's limit",
            atMost(1.2),
            results -> timesOfLink(results, four, start, 4))
        .row(
            "one layer of 512 MiB, 60 MiB/s a connection, parallelism 8, without start-up",
            "times the link's limit",
            atMost(1.4),
            results -> timesOfLink(results, eight, start, 8));
  }

  private static List<Double> timesOfLink(Results results, Peer peer, Peer start, int connections) {
    double limit = (double) ONE.bytes() / Link.BYTES_PER_SECOND / connections;
    return results.withoutStart(peer, start).stream().map(seconds -> seconds / limit).toList();
  }

  private Experiment bare() {
    Peer start = EcrPull.start();
    Peer pull = new EcrPull(ONE, UNLIMITED, 4, KEPT_AS_THEY_ARE);
    return new Experiment(
            "bare",
            "One layer of 512 MiB, no limits, no unpacking",
            NEWEST,
            rounds(5),
            start,
            pull,
            new EcrPull(ONE, UNLIMITED, 1, KEPT_AS_THEY_ARE),
            new Curl(ONE, UNLIMITED, 4))
        .row(
            "pull of one layer of 512 MiB, no limits, without start-up",
            "s",
            atMost(1.1),
            results -> results.withoutStart(pull, start));
  }

  private Experiment store(String containerd, Goal beside) {
    Peer ours = new StoreWrite(false);
    Peer raw = new StoreWrite(true);
    Peer ctr = new CtrIngest();
    return new Experiment(
            "store-" + containerd,
            "512 MiB into the content store, with commit",
            containerd,
            quick ? 3 : 5,
            ours,
            raw,
            ctr)
        .row(
            "bytes into the content store, containerd " + containerd,
            "times ctr content ingest",
            beside,
            results -> results.timesOf(ctr, ours))
        .row(
            "bytes into the content store, containerd " + containerd,
            "times a writer from memory",
            atLeast(0.9),
            results -> results.timesOf(raw, ours));
  }

  /**
   * Whether the default transport is the right one. Each ingest comes after the same work, because
   * where it stands in the turns makes a difference to the daemon's memory.
   */
  private Experiment transports() {
    List<Peer> peers =
        Stream.of(SocketTransport.values())
            .flatMap(
                transport ->
                    Stream.of(Kind.values()).<Peer>map(kind -> new TransportWork(transport, kind)))
            .toList();
    Experiment experiment =
        new Experiment(
            "transports",
            "The transports, in one JVM",
            NEWEST,
            COLD + rounds(9),
            peers.toArray(Peer[]::new));
    for (Kind kind : Kind.values()) {
      experiment.row(
          "default transport, " + kind.words(),
          "times the speed of the fastest other",
          atLeast(kind == Kind.UNARY ? 0.9 : 0.95),
          results -> timesOfFastest(results, kind).stream().skip(COLD).toList());
    }
    return experiment;
  }

  private static List<Double> timesOfFastest(Results results, Kind kind) {
    Peer fastest =
        Stream.of(SocketTransport.JDK, SocketTransport.JNR)
            .<Peer>map(transport -> new TransportWork(transport, kind))
            .min(Comparator.comparingDouble(peer -> results.median(peer, Run::seconds)))
            .orElseThrow();
    return results.timesOf(fastest, new TransportWork(SocketTransport.FFM, kind));
  }

  private Experiment memory() {
    List<Peer> pulls =
        Stream.of(ONE, EIGHT, FORTY)
            .flatMap(
                sample ->
                    (quick ? Stream.of(16) : Stream.of(1, 4, 8, 16))
                        .<Peer>mapMulti(
                            (parallelism, peers) -> {
                              peers.accept(
                                  new EcrPull(sample, UNLIMITED, parallelism, UNPACKED_DIRECTLY));
                              peers.accept(
                                  new EcrPull(
                                      sample, UNLIMITED, parallelism, UNPACKED_BY_THE_DAEMON));
                            }))
            .toList();
    return new Experiment(
            "memory",
            "Pulls at any parallelism, with unpacking",
            NEWEST,
            rounds(2),
            pulls.toArray(Peer[]::new))
        .largest(
            "peak memory of ecr pull, any of these images, any parallelism up to 16",
            "MiB",
            atMost(200),
            results -> clientPeaks(results, pulls));
  }

  private Experiment limited(Sample sample, Goal goal) {
    return besideCtr(
        "limited-" + sample.repository(),
        "%s, 60 MiB/s a connection".formatted(sample),
        NEWEST,
        goal,
        layers -> new EcrPull(sample, LIMITED, 8, layers),
        ctrs(NEWEST, sample, LIMITED));
  }

  private Experiment unlimited(String containerd, Sample sample, Goal goal) {
    return besideCtr(
        "unlimited-%s-%s".formatted(containerd, sample.repository()),
        "%s, no limits".formatted(sample),
        containerd,
        goal,
        layers -> new EcrPull(sample, UNLIMITED, DEFAULT_PARALLELISM, layers),
        ctrs(containerd, sample, UNLIMITED));
  }

  /** In a quick run the last one, which is the fastest. */
  private List<Peer> ctrs(String containerd, Sample sample, Link link) {
    List<Peer> all =
        Fetching.of(containerd).<Peer>map(way -> new CtrPull(sample, link, way)).toList();
    return quick ? all.subList(all.size() - 1, all.size()) : all;
  }

  /** Pulls with unpacking, by us and by the daemon in all of its ways. */
  private Experiment besideCtr(
      String name,
      String what,
      String containerd,
      Goal goal,
      Function<EcrPull.Layers, Peer> ours,
      List<Peer> ctrs) {
    Peer direct = ours.apply(UNPACKED_DIRECTLY);
    Peer discarding = ours.apply(DISCARDED);
    List<Peer> peers = new ArrayList<>(List.of(direct, discarding));
    if (!quick) {
      peers.add(ours.apply(UNPACKED_BY_THE_DAEMON));
    }
    peers.addAll(ctrs);
    String where = "%s, containerd %s".formatted(what, containerd);
    return new Experiment(
            name, "Pull and unpack, " + what, containerd, rounds(5), peers.toArray(Peer[]::new))
        .row(
            "pull and unpack, " + where,
            "times the best ctr image pull",
            goal,
            results -> results.timesOf(direct, best(results, ctrs)))
        .row(
            "the same with --discard-layers",
            "times the best ctr image pull",
            atMost(0.5),
            results -> results.timesOf(discarding, best(results, ctrs)))
        .row(
            "CPU of client and daemon, " + where,
            "times that of the best ctr image pull",
            atMost(1),
            results ->
                results.timesOf(
                    direct, best(results, ctrs), run -> run.clientCpu() + run.daemonCpu()))
        .charted();
  }

  private static Peer best(Results results, List<Peer> peers) {
    return peers.stream()
        .min(Comparator.comparingDouble(peer -> results.median(peer, Run::seconds)))
        .orElseThrow();
  }

  private Experiment warm() {
    Peer pull = new WarmPull(ONE, UNLIMITED, false);
    return new Experiment(
            "warm", "Pulls in one JVM, no limits, no unpacking", NEWEST, COLD + rounds(8), pull)
        .row(
            "CPU of the client per GiB pulled, warm",
            "s",
            atMost(1.2),
            results ->
                results.each(pull, run -> run.clientCpu() * GIB / run.served()).stream()
                    .skip(COLD)
                    .toList());
  }

  /** The same over TLS as without, by us and by curl. */
  private Experiment tls() {
    List<Peer> peers = new ArrayList<>();
    for (Link link : List.of(UNLIMITED, UNLIMITED_OVER_TLS)) {
      peers.add(new EcrPull(ONE, link, DEFAULT_PARALLELISM, KEPT_AS_THEY_ARE));
      peers.add(new EcrPush(ONE, link));
      peers.add(new WarmPull(ONE, link, false));
      peers.add(new Curl(ONE, link, DEFAULT_PARALLELISM));
    }
    return new Experiment(
            "tls",
            "One layer of 512 MiB, no limits, no unpacking, with TLS and without",
            NEWEST,
            COLD + rounds(5),
            peers.toArray(Peer[]::new))
        .row(
            "CPU of a warm client, plain http",
            "times that of curl",
            atMost(4),
            results -> timesOfCurlsCpu(results, UNLIMITED))
        .row(
            "CPU of a warm client, TLS",
            "times that of curl",
            atMost(3),
            results -> timesOfCurlsCpu(results, UNLIMITED_OVER_TLS));
  }

  private static List<Double> timesOfCurlsCpu(Results results, Link link) {
    return results
        .timesOf(
            new WarmPull(ONE, link, false),
            new Curl(ONE, link, DEFAULT_PARALLELISM),
            Run::clientCpu)
        .stream()
        .skip(COLD)
        .toList();
  }

  private Experiment thirtyPulls() {
    int pulls = quick ? 6 : 30;
    Peer ours = new WarmPull(EIGHT, UNLIMITED, true);
    Peer daemons = new CtrPull(EIGHT, UNLIMITED, Fetching.PARALLEL);
    ToDoubleFunction<Run> both = run -> run.bothPeaks() / MIB;
    return new Experiment(
            "thirty",
            "%d pulls of %s in one JVM, no limits".formatted(pulls, EIGHT),
            NEWEST,
            pulls,
            ours,
            daemons)
        .row(
            "memory of client and daemon, the last third of %d pulls".formatted(pulls),
            "times that of the third before",
            atMost(1.05),
            results -> {
              List<Double> peaks = results.each(ours, both);
              double before = Results.median(peaks.subList(pulls / 3, pulls * 2 / 3));
              return peaks.stream().skip(pulls * 2 / 3).map(peak -> peak / before).toList();
            })
        .row(
            "largest memory of client and daemon over %d pulls".formatted(pulls),
            "times the daemon's own parallel fetch",
            atMost(1.0),
            results ->
                List.of(
                    largest(results.each(ours, both))
                        / largest(results.each(daemons, run -> run.daemonPeak() / MIB))));
  }

  private static double largest(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /**
   * What more layers, and larger ones, cost: without unpacking, which stacks up no 200 overlays.
   */
  private Experiment growth() {
    List<Peer> pulls =
        Stream.of(ONE_SMALL, TEN_SMALL, MANY_SMALL, ONE_MEDIUM, ONE, ONE_LARGE)
            .<Peer>map(
                sample -> new EcrPull(sample, UNLIMITED, DEFAULT_PARALLELISM, KEPT_AS_THEY_ARE))
            .toList();
    return new Experiment(
            "growth",
            "From 1 to 200 layers, and from 1 MiB to 4 GiB, no limits",
            NEWEST,
            rounds(3),
            pulls.toArray(Peer[]::new))
        .largest(
            "peak memory of ecr pull, from 1 to 200 layers and from 1 MiB to 4 GiB",
            "MiB",
            atMost(200),
            results -> clientPeaks(results, pulls));
  }

  private static List<Double> clientPeaks(Results results, List<Peer> pulls) {
    return pulls.stream()
        .flatMap(pull -> results.each(pull, run -> run.clientPeak() / MIB).stream())
        .toList();
  }

  private Experiment push(Sample sample, Goal goal) {
    Peer start = EcrPull.start();
    Peer push = new EcrPush(sample, UNLIMITED);
    return new Experiment(
            "push-" + sample.repository(),
            "Push of %s, no limits".formatted(sample),
            NEWEST,
            rounds(5),
            start,
            push)
        .row(
            "push of %s, no limits, without start-up".formatted(sample),
            "s",
            goal,
            results -> results.withoutStart(push, start))
        .largest(
            "peak memory of ecr push of %s".formatted(sample),
            "MiB",
            atMost(250),
            results -> results.each(push, run -> run.clientPeak() / MIB));
  }
}
