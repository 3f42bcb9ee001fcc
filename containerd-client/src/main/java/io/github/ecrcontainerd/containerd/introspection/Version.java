package io.github.ecrcontainerd.containerd.introspection;

/**
 * The version of containerd.
 *
 * @param version the version, in the form that the builder chose: {@code v2.1.3}, {@code
 *     1.6.20~ds1}
 * @param revision the commit or package that it was built from
 */
public record Version(String version, String revision) {}
