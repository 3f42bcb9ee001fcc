package io.github.ecrcontainerd.it.bench;

/**
 * What one run cost.
 *
 * @param seconds from its start to its end
 * @param clientPeak bytes of the client's resident memory, at most
 * @param clientCpu the client's CPU seconds
 * @param daemonPeak bytes of the daemon's resident memory, at most, during the run
 * @param daemonCpu the daemon's CPU seconds
 * @param registryCpu the CPU seconds of ecr-local, which shares the machine; docker-registry's
 *     don't count
 * @param served bytes that the registry sent, which in a push are none
 * @param requests how many requests the registry answered
 */
record Run(
    double seconds,
    long clientPeak,
    double clientCpu,
    long daemonPeak,
    double daemonCpu,
    double registryCpu,
    long served,
    long requests) {

  long bothPeaks() {
    return clientPeak + daemonPeak;
  }
}
