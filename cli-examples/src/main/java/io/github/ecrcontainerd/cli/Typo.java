package io.github.ecrcontainerd.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that a misspelled one was probably meant to be. */
final class Typo {
  /** One letter in three may be wrong. */
  private static final int LETTERS_FOR_A_MISTAKE = 3;

  private Typo() {}

  /** The end of an error message about an unknown word: a similar word, if there is one. */
  static String hint(String word, Collection<String> words) {
    return meant(word, words).map(": did you mean %s?"::formatted).orElse("");
  }

  /** The most similar word, if there is one. */
  static Optional<String> meant(String word, Collection<String> words) {
    int most = Math.max(1, word.length() / LETTERS_FOR_A_MISTAKE);
    return words.stream()
        .filter(candidate -> distance(word, candidate) <= most)
        .min(
            Comparator.<String>comparingInt(candidate -> distance(word, candidate))
                .thenComparing(Comparator.naturalOrder()));
  }

  /**
   * The number of letters to add, remove, replace or, if they are neighbours, swap to turn one word
   * into the other (optimal string alignment).
   */
  private static int distance(String one, String other) {
    int[][] distances = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          distances[i][j] = i + j;
          continue;
        }
        int replaced = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(
                distances[i - 1][j - 1] + replaced,
                Math.min(distances[i - 1][j], distances[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          least = Math.min(least, distances[i - 2][j - 2] + 1);
        }
        distances[i][j] = least;
      }
    }
    return distances[one.length()][other.length()];
  }
}
