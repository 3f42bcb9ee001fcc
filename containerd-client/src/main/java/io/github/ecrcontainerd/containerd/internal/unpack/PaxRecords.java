package io.github.ecrcontainerd.containerd.internal.unpack;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The records of a PAX extended header (POSIX pax, "pax Extended Header"): {@code LENGTH
 * KEY=VALUE\n} each. Values are bytes, one per character, because the values of extended attributes
 * are not text.
 */
final class PaxRecords {
  static final PaxRecords NONE = new PaxRecords(Map.of());

  private static final String ATTRIBUTE = "SCHILY.xattr.";

  /** The prefix of the keys for sparse files. */
  private static final String SPARSE = "GNU.sparse.";

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final Pattern TIME = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{0,30})?");
  private static final int NANOS = 9;

  private final Map<String, String> values;

  private PaxRecords(Map<String, String> values) {
    this.values = values;
  }

  /** Parses a header's content. */
  static PaxRecords parse(String content) throws UnknownArchiveException {
    Map<String, String> values = new HashMap<>();
    int at = 0;
    while (at < content.length()) {
      int space = content.indexOf(' ', at);
      String digits = space < 0 ? "" : content.substring(at, space);
      if (!NUMBER.matcher(digits).matches()) {
        throw malformed();
      }
      long end = at + Long.parseLong(digits);
      if (end > content.length() || end <= space + 1 || content.charAt((int) end - 1) != '\n') {
        throw malformed();
      }
      String record = content.substring(space + 1, (int) end - 1);
      int equals = record.indexOf('=');
      if (equals <= 0) {
        throw malformed();
      }
      put(values, record.substring(0, equals), record.substring(equals + 1));
      at = (int) end;
    }
    return new PaxRecords(values);
  }

  private static void put(Map<String, String> values, String key, String value)
      throws UnknownArchiveException {
    boolean bytes = key.startsWith(ATTRIBUTE);
    if (key.startsWith(SPARSE) || (bytes ? key : value).indexOf('\0') >= 0) {
      throw malformed();
    }
    values.put(key, value);
  }

  private static UnknownArchiveException malformed() {
    return new UnknownArchiveException("a PAX header that is sparse or malformed");
  }

  /** Returns a value. An empty value doesn't override the header's. */
  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
  }

  long number(String key, long otherwise) throws UnknownArchiveException {
    Optional<String> value = text(key);
    if (value.isPresent() && !NUMBER.matcher(value.get()).matches()) {
      throw malformed();
    }
    return value.map(Long::parseLong).orElse(otherwise);
  }

  /** Returns a time, truncated to nanoseconds. */
  Optional<Instant> time(String key) throws UnknownArchiveException {
    Optional<String> value = text(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!TIME.matcher(value.get()).matches() || value.get().startsWith("-")) {
      throw malformed();
    }
    String[] parts = value.get().split("\\.", 2);
    long nanos =
        parts.length == 1 || parts[1].isEmpty()
            ? 0
            : new BigDecimal("0." + parts[1]).movePointRight(NANOS).longValue();
    return Optional.of(Instant.ofEpochSecond(Long.parseLong(parts[0]), nanos));
  }

  /** Returns the extended attributes. */
  Map<String, byte[]> attributes() {
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(ATTRIBUTE) && !value.isEmpty()) {
            attributes.put(key.substring(ATTRIBUTE.length()), TarReader.bytes(value));
          }
        });
    return attributes;
  }
}
