package io.github.ecrcontainerd.it.daemon;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that needs a daemon. {@link PrivateContainerd} gives it its own one, and {@code
 * bin/verify --all} runs the class once on each kind of daemon. {@link WithOneContainerd} is for
 * classes for which one kind is enough.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PrivateContainerd.class)
@Tag(WithContainerd.TAG)
public @interface WithContainerd {
  /** The tag that selects classes that need a daemon. */
  String TAG = "containerd";
}
