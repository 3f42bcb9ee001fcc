package io.github.ecrcontainerd.containerd.introspection;

/**
 * Which containerd it is.
 *
 * @param version its version as its builder wrote it: {@code v2.1.3}, {@code 1.6.20~ds1}
 * @param revision the commit or package that it was built from
 */
public record Version(String version, String revision) {}
