/**
 * The phases example: processes compute one step after the other together, each its own part of a
 * grid in shared memory. A barrier keeps them in step; a worker that is killed is replaced, and the
 * result is still exact.
 *
 * <ul>
 *   <li>{@link io.millrace.examples.phases.Phases} starts the workers, kills some, and compares;
 *   <li>{@link io.millrace.examples.phases.Worker} is one of them: the loop to copy;
 *   <li>{@link io.millrace.examples.phases.Grid} is what they compute.
 * </ul>
 */
package io.millrace.examples.phases;
