/**
 * A barrier that processes share: a fixed number of parties meet, any number of times, and a party
 * that is killed at any instruction leaves nobody waiting.
 *
 * <p>{@link io.millrace.barrier.Barrier} is the whole of the API. The other classes are, from the
 * bottom up: where things stand in shared memory ({@code BarrierLayout}, {@code BarrierState}), who
 * takes part ({@code Places}), how the one word of state moves ({@code Gate}), how a party learns
 * of the others' deaths ({@code PartyWatch}) and how it waits ({@code Waiter}).
 */
package io.millrace.barrier;
