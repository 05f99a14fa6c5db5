/**
 * The ring: one totally ordered stream of records in shared memory, written and read by any number
 * of processes of one host.
 *
 * <p>Start at {@link io.millrace.ring.Ring}: it gives out {@link io.millrace.ring.Producer}s,
 * {@link io.millrace.ring.Consumer}s (each a member of a named group; every group sees every
 * record) and {@link io.millrace.ring.Observer}s. Any process may be killed at any instruction:
 * nothing that was committed is lost, and no survivor is stuck.
 *
 * <p>Positions are bytes from the start of the stream and grow for ever. Handles are used by one
 * thread each.
 *
 * <h2>In which order to read the code</h2>
 *
 * <p>Each line needs only those above it.
 *
 * <ol>
 *   <li>{@code RingLayout}: the picture of the memory. {@code RingWords}, {@code ProducerSlot},
 *       {@code GroupSlot}, {@code ConsumerSlot}, {@code WaiterSlot}, {@code WaiterBits}, {@code
 *       RecordHeader}: its words, each with its order and what it pairs with. {@code RingMemory}
 *       has all of them.
 *   <li>Writing: {@code ProducerClaim} takes room, {@code Space} says how much there is, {@code
 *       RecordWriter} writes and commits. {@code OpenClaim} and {@code GuardedWriter} see to it
 *       that nothing stays claimed whatever is thrown; {@code Producer} is what users see of it.
 *   <li>Reading: {@code ExclusiveConsumer}, or {@code SharedClaim} and {@code SharedConsumer}.
 *       {@code RecordCopy} and {@code Observer} read without holding anybody back.
 *   <li>Death: {@code Membership} tells who lives. {@code Recovery} settles the claim of a dead
 *       producer, {@code Predecessor} what the last owner of a slot left, {@code Orphans} the
 *       record in a dead consumer's hand. {@code IdleWatch} says when a consumer looks.
 *   <li>Coming and going: {@code ProducerMembers}, {@code ConsumerMembers} with {@code
 *       ConsumerSlots}, {@code Groups} of {@code Group}s.
 *   <li>Sleeping: {@code Place}, {@code Signals}, {@code DeadSleepers}, {@code DeathWatch}, {@code
 *       Waiter}, {@code BlockingWait} and its three kinds.
 *   <li>{@code RingCore} puts all this together, {@code RingHandle} is what its users have in
 *       common, {@code Ring} is the outside. Typed messages, batches and Agrona's ring buffer stand
 *       on the public classes.
 * </ol>
 */
package io.millrace.ring;
