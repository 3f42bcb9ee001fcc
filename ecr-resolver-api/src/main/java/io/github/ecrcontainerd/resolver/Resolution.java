package io.github.ecrcontainerd.resolver;

/**
 * What a reference names.
 *
 * @param name the reference in its canonical form, the name to keep the image under
 * @param target the manifest or index that it names
 */
public record Resolution(String name, Descriptor target) {}
