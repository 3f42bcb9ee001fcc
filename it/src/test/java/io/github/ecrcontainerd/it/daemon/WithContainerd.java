package io.github.ecrcontainerd.it.daemon;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that needs a daemon: it gets one of its own from {@link PrivateContainerd}, and
 * {@code bin/verify --all} runs it once on each kind of daemon. See {@link WithOneContainerd} for
 * those that one kind is enough for.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PrivateContainerd.class)
@Tag(WithContainerd.TAG)
public @interface WithContainerd {
  /** By what the classes that need a daemon are chosen. */
  String TAG = "containerd";
}
