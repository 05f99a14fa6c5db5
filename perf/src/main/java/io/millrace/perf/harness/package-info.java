/**
 * How everything is measured: every measurement in fresh processes, interleaved, several times.
 *
 * <p>A {@link io.millrace.perf.harness.Bench} has {@link io.millrace.perf.harness.Case cases},
 * which have {@link io.millrace.perf.harness.Trial trials}, one for each subject. A trial runs once
 * in each {@link io.millrace.perf.harness.Fork}, where it starts {@link
 * io.millrace.perf.harness.Role roles}, each a JVM of its own, and comes back with a {@link
 * io.millrace.perf.harness.Sample}.
 */
package io.millrace.perf.harness;
