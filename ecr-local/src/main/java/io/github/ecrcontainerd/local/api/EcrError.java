package io.github.ecrcontainerd.local.api;

import java.util.Map;

/**
 * An error of ECR's API: its type as spelled in the API reference, and its members in addition to
 * the message.
 */
final class EcrError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final transient Map<String, Object> members;

  EcrError(int status, String type, String message, Map<String, Object> members) {
    super(message);
    this.status = status;
    this.type = type;
    this.members = members;
  }

  EcrError(String type, String message) {
    this(400, type, message, Map.of());
  }

  static EcrError invalidParameter(String message) {
    return new EcrError("InvalidParameterException", message);
  }

  /** An error for a member that breaks a constraint, with ECR's message. */
  static EcrError constraint(String member, String constraint) {
    return invalidParameter(
        "Invalid parameter at '%s' failed to satisfy constraint: '%s'"
            .formatted(member, constraint));
  }

  static EcrError throttled() {
    return new EcrError("ThrottlingException", "Rate exceeded");
  }

  static EcrError server(String message) {
    return new EcrError(500, "ServerException", message, Map.of());
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  Map<String, Object> members() {
    return members;
  }
}
