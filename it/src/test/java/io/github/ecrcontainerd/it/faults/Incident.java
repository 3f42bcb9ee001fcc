package io.github.ecrcontainerd.it.faults;

import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.LayerFault;
import java.util.EnumSet;
import java.util.Set;

/** What goes wrong: in the registry's answer, on the way to the daemon, or by a signal. */
enum Incident {
  ANSWER_RESET,
  ANSWER_CLOSED,
  ANSWER_STALLS,
  ANSWER_DAMAGED,
  SERVER_ERROR,
  /** The connection to the daemon ends at the next call. */
  CONNECTION_BROKEN,
  DAEMON_KILLED,
  DAEMON_TERMINATED,
  /** SIGSTOP, and SIGCONT after two seconds. */
  DAEMON_SUSPENDED,
  CLIENT_KILLED,
  CLIENT_TERM,
  CLIENT_INT,
  CLIENT_HUP,
  CLIENT_SUSPENDED,
  /** Somebody ends all leases of the namespace, and garbage is collected. */
  LEASES_REMOVED,
  /** Somebody removes all content of the namespace. */
  CONTENT_REMOVED;

  private static final Set<Incident> OF_THE_REGISTRY = EnumSet.range(ANSWER_RESET, SERVER_ERROR);
  private static final Set<Incident> END_THE_CLIENT = EnumSet.range(CLIENT_KILLED, CLIENT_HUP);

  /** Whether the registry's answer itself is wrong. */
  boolean isOfTheRegistry() {
    return OF_THE_REGISTRY.contains(this);
  }

  /** Whether the command ends by a signal, unless it is faster. */
  boolean endsTheClient() {
    return END_THE_CLIENT.contains(this);
  }

  /** Whether the command may end with the error that the daemon went away. */
  boolean takesTheDaemonAway() {
    return this == DAEMON_KILLED || this == DAEMON_TERMINATED || this == CONNECTION_BROKEN;
  }

  /** Whether the command may end with an error about what somebody took away. */
  boolean takesSomethingAway() {
    return this == LEASES_REMOVED || this == CONTENT_REMOVED;
  }

  boolean isPossible(Moment moment) {
    if (this == CONTENT_REMOVED && moment == Moment.PUSH) {
      // The next push would have nothing to push.
      return false;
    }
    return switch (moment) {
      // A call has no bytes to damage, and only parts of a layer are checked.
      case BEFORE_THE_FIRST_BYTE, PUSH -> this != ANSWER_DAMAGED;
      // There is no answer then whose bytes matter.
      case BETWEEN_LAYERS, COMMIT, UNPACKING_BY_THE_DAEMON -> !isOfTheRegistry();
      // The process on the other end of the relay is not the daemon, so nothing is unpacked.
      case UNPACKING -> this != CONNECTION_BROKEN;
      default -> true;
    };
  }

  /** The fault of an answer with bytes of a layer. */
  LayerFault ofLayer(long at) {
    return switch (this) {
      case ANSWER_RESET -> LayerFault.resetAfter(at);
      case ANSWER_CLOSED -> LayerFault.closeAfter(at);
      case ANSWER_STALLS -> LayerFault.stallAfter(at);
      case ANSWER_DAMAGED -> LayerFault.corruptByte(at);
      case SERVER_ERROR -> LayerFault.serverError();
      default -> throw new IllegalStateException(this + " is no fault of an answer");
    };
  }

  /** The fault of a call. */
  ApiFault ofCall() {
    return switch (this) {
      case ANSWER_RESET -> ApiFault.resetAfter(0);
      case ANSWER_CLOSED -> ApiFault.answerLost();
      case ANSWER_STALLS -> ApiFault.stallAfter(0);
      case SERVER_ERROR -> ApiFault.serverError();
      default -> throw new IllegalStateException(this + " is no fault of a call");
    };
  }

  @Override
  public String toString() {
    return Words.of(this);
  }
}
