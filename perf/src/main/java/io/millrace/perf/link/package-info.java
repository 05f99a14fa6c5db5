/**
 * What all ways of sending messages from one process to another have in common, so that the benches
 * drive every one of them with the same loops.
 *
 * <p>Each process of a trial uses one {@link io.millrace.perf.link.Link} only, so the calls through
 * these interfaces have one target, and the JIT compiler inlines them: they cost nothing.
 */
package io.millrace.perf.link;
