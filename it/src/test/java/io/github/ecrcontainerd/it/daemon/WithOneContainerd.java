package io.github.ecrcontainerd.it.daemon;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that needs a daemon, and is about something else: the registry, the program, or what
 * this client keeps. It gets a daemon of its own from {@link PrivateContainerd}, and {@code
 * bin/verify --all} runs it on one of the daemons only, the first.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PrivateContainerd.class)
@Tag(WithOneContainerd.TAG)
public @interface WithOneContainerd {
  /** By what these classes are chosen. */
  String TAG = "one-containerd";
}
