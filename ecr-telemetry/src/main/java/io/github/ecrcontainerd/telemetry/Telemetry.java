package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.TransferListener;

/** A receiver of what is observed. */
interface Telemetry {

  /** An operation begins. */
  OperationObserver begin(Operation operation, EcrReference image);

  /** Receives what happens inside of resolvers. */
  TransferListener resolverListener();
}
