package io.github.ecrcontainerd.it.faults;

import java.util.Locale;

/** How messages and the table name a constant: {@code DAEMON_KILLED} is "daemon killed". */
final class Words {

  private Words() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
