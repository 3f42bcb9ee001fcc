package io.github.ecrcontainerd.local.store;

import tools.jackson.databind.json.JsonMapper;

/** The JSON mapper of this package, for trees only. */
final class Json {
  static final JsonMapper MAPPER = JsonMapper.shared();

  private Json() {}
}
