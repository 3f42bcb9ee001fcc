package io.github.ecrcontainerd.local;

/**
 * A call of the API, as a rule for faults sees it.
 *
 * @param operation what is asked for
 * @param number which call of this operation it is since the server started, from 1
 */
public record ApiRequest(Operation operation, long number) {}
