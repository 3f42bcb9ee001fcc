package io.github.ecrcontainerd.local.http;

/**
 * The point at which a request breaks off. It then gets no answer.
 *
 * @param after the number of bytes of its body to read first; fewer if the body ends
 * @param reset whether the connection is reset; otherwise it stays open, and nothing more is read
 */
public record BrokenBody(long after, boolean reset) {}
