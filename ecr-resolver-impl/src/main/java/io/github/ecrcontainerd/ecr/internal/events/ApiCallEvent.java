package io.github.ecrcontainerd.ecr.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A call of the Amazon ECR API, including the SDK's retries. */
@Name("io.github.ecrcontainerd.ApiCall")
@Label("Amazon ECR API Call")
@Category("Amazon ECR")
@Threshold("10 ms")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class ApiCallEvent extends Event {
  @Label("Operation")
  private final String operation;

  @Label("Repository")
  private final String repository;

  @Label("Failure")
  private @Nullable String failure;

  public ApiCallEvent(String operation, String repository) {
    this.operation = operation;
    this.repository = repository;
    begin();
  }

  /**
   * The call has ended.
   *
   * @param cause why it failed, or null. Only its class is recorded, because its message may be
   *     long and come from elsewhere
   */
  public void ended(@Nullable Throwable cause) {
    failure = cause == null ? null : cause.getClass().getSimpleName();
    commit();
  }
}
