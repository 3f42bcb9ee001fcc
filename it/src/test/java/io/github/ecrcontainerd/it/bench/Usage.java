package io.github.ecrcontainerd.it.bench;

/**
 * What a client's work cost the client.
 *
 * @param seconds from its start to its end
 * @param peak bytes of resident memory, at most
 * @param cpu CPU seconds
 */
record Usage(double seconds, long peak, double cpu) {}
