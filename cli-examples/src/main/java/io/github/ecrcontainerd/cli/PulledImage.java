package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.image.Image;
import java.util.Map;

/**
 * An image that was pulled.
 *
 * @param cost the pull's bytes and time, for JSON
 */
record PulledImage(Image image, Map<String, Object> cost) {}
