package io.github.ecrcontainerd.ecr.internal.credentials;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** One place where credentials may be. It records why it had none. */
final class Place implements AwsCredentialsProvider, SdkAutoCloseable {
  private final String name;
  private final BooleanSupplier isSetUp;
  private final AwsCredentialsProvider provider;
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  /**
   * @param name the name in messages
   * @param isSetUp whether a setting says that it has credentials
   * @param provider the provider, which is closed with this place
   */
  Place(String name, BooleanSupplier isSetUp, AwsCredentialsProvider provider) {
    this.name = name;
    this.isSetUp = isSetUp;
    this.provider = provider;
  }

  boolean isSetUp() {
    return isSetUp.getAsBoolean();
  }

  /** Why it had no credentials at the last request. */
  Optional<String> failure() {
    return Optional.ofNullable(failure.get()).map(reason -> name + ": " + reason);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      AwsCredentials found = provider.resolveCredentials();
      failure.set(null);
      return found;
    } catch (RuntimeException e) {
      failure.set(reasonOf(e));
      throw e;
    }
  }

  /**
   * The messages of the failure and its causes. In the SDK, the outer messages say what failed, and
   * the inner ones why. The SDK's output of a configuration file is left out, because it is long
   * and names every profile.
   */
  private static String reasonOf(Throwable failure) {
    StringBuilder reason = new StringBuilder();
    String last = "";
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String message = each.getMessage();
      if (message != null && !message.isBlank() && !last.contains(message)) {
        String shown = message.strip().replaceFirst("\\.?(: ProfileFile\\(.*)?$", "");
        reason.append(reason.isEmpty() ? "" : ": ").append(shown);
        last = message;
      }
    }
    return reason.isEmpty() ? failure.getClass().getSimpleName() : reason.toString();
  }

  @Override
  public void close() {
    if (provider instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }
}
