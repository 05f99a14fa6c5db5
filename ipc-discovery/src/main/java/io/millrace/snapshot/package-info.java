/**
 * The latest value of one piece of state, in a file: one writer, many readers that never wait and
 * never see half a value, in any processes and any start order.
 *
 * <p>Start at {@link io.millrace.snapshot.Synchronizer}. Layout and protocol are described in
 * SNAPSHOT.md next to the module.
 */
package io.millrace.snapshot;
