package io.github.ecrcontainerd.containerd.internal.unpack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RememberedNamesTest {
  private final RememberedNames names = new RememberedNames();

  @Test
  void namesOfSixteenMibAreTooMany() throws Exception {
    String name = "n".repeat(1 << 10);
    for (int mib = 0; mib < 15; mib++) {
      add(name, 1 << 10);
    }

    assertThatThrownBy(() -> add(name, 1 << 10)).isInstanceOf(UnknownArchiveException.class);
  }

  /** A name takes more than its characters. */
  @Test
  void aMillionEmptyNamesAreNotTooManyAndThreeMillionAre() throws Exception {
    add("", 1 << 20);

    assertThatThrownBy(() -> add("", 2 << 20)).isInstanceOf(UnknownArchiveException.class);
  }

  private void add(String name, int times) throws UnknownArchiveException {
    for (int i = 0; i < times; i++) {
      names.add(name);
    }
  }
}
