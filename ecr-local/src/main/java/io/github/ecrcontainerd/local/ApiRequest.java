package io.github.ecrcontainerd.local;

/**
 * A call of the API, as input of a rule for faults.
 *
 * @param operation the operation that is called
 * @param number the number of this call among the operation's calls since the server started, from
 *     1
 */
public record ApiRequest(Operation operation, long number) {}
