/**
 * The ring: one totally ordered stream of records in shared memory, written and read by any number
 * of processes of one host.
 *
 * <p>Start at {@link io.millrace.ring.Ring}: it gives out {@link io.millrace.ring.Producer}s,
 * {@link io.millrace.ring.Consumer}s (each a member of a named group; every group sees every
 * record) and {@link io.millrace.ring.Observer}s. Any process may be killed at any instruction:
 * nothing that was committed is lost, and nobody who survives is stuck.
 *
 * <p>Positions are bytes from the start of the stream and grow for ever. Handles are used by one
 * thread each.
 */
package io.millrace.ring;
