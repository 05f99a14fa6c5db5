/**
 * The beyond-one-host example: a bridge carries what a group of one ring gets to a ring on another
 * host, over Aeron, in order, nothing lost and nothing doubled, whichever side is killed.
 *
 * <ul>
 *   <li>{@link io.millrace.examples.beyondonehost.BeyondOneHost} plays both hosts, kills and
 *       checks;
 *   <li>{@link io.millrace.examples.beyondonehost.Sender} is the near side of the bridge;
 *   <li>{@link io.millrace.examples.beyondonehost.Receiver} is the far side;
 *   <li>{@link io.millrace.examples.beyondonehost.FrameLayout} is what goes over the wire.
 * </ul>
 */
package io.millrace.examples.beyondonehost;
