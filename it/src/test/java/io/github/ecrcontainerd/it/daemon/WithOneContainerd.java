package io.github.ecrcontainerd.it.daemon;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that needs a daemon, but is about something else: the registry, the program, or what
 * this client keeps. {@link PrivateContainerd} gives it its own daemon, and {@code bin/verify
 * --all} runs the class only on the first of the daemons.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PrivateContainerd.class)
@Tag(WithOneContainerd.TAG)
public @interface WithOneContainerd {
  /** The tag that selects these classes. */
  String TAG = "one-containerd";
}
