/**
 * A barrier that processes share: a fixed number of parties meet, any number of times, and a party
 * that is killed at any instruction leaves nobody waiting.
 *
 * <p>{@link io.millrace.barrier.Barrier} is for those who take part, {@link
 * io.millrace.barrier.BarrierView} for those who look on. Behind them are, from the bottom up:
 * where things stand in shared memory ({@code BarrierLayout}, {@code BarrierState}), who takes part
 * ({@code Places}), how the one word of state moves ({@code StateWord}), how a party learns of the
 * others' deaths ({@code PartyWatch}) and how it waits ({@code PartyWait}).
 */
package io.millrace.barrier;
