package io.github.ecrcontainerd.local.http;

/**
 * Where a request breaks off, which gets no answer then.
 *
 * @param after when so many bytes of its body have arrived, or all of them
 * @param reset whether the connection is reset; else it stays open, and nothing more is read
 */
public record BrokenBody(long after, boolean reset) {}
