package io.github.ecrcontainerd.local.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a long list. A token contains the key of the last item before the next page, so pages
 * don't shift when items are added or removed between two calls.
 *
 * @param items the items of the page
 * @param nextToken the token of the next page; null on the last page
 */
record Page<T>(List<T> items, @Nullable String nextToken) {
  private static final int DEFAULT_LENGTH = 100;

  /** The prefix of every token. */
  private static final String BEHIND = "behind ";

  /**
   * @param key a unique key of each item; items are sorted by it
   * @param longest the maximum page length that the operation allows
   */
  static <T> Page<T> of(
      List<T> all,
      Function<T, String> key,
      @Nullable String token,
      @Nullable Integer maxResults,
      int longest) {
    int length = maxResults == null ? Math.min(DEFAULT_LENGTH, longest) : maxResults;
    if (length < 1 || length > longest) {
      throw EcrError.constraint("maxResults", "Member must have value between 1 and " + longest);
    }
    @Nullable String after = token == null ? null : decode(token);
    List<T> rest =
        all.stream()
            .filter(item -> after == null || key.apply(item).compareTo(after) > 0)
            .sorted(Comparator.comparing(key))
            .toList();
    if (rest.size() <= length) {
      return new Page<>(rest, null);
    }
    List<T> items = rest.subList(0, length);
    return new Page<>(items, encode(key.apply(items.getLast())));
  }

  private static String encode(String key) {
    return Base64.getUrlEncoder().encodeToString((BEHIND + key).getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String token) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      if (text.startsWith(BEHIND)) {
        return text.substring(BEHIND.length());
      }
    } catch (IllegalArgumentException e) {
      // Reported below: this server did not issue the token.
    }
    throw EcrError.constraint("nextToken", "must be a token of an earlier page");
  }
}
