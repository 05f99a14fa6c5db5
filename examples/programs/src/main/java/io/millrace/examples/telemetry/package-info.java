/**
 * Telemetry of this host: samples of {@code /proc} as SBE messages, from the processes that take
 * them to the one that adds them up.
 *
 * <p>On the producers' side {@link io.millrace.examples.telemetry.HostSamplers} hands out one
 * {@link io.millrace.examples.telemetry.ProcSampler} after the other. On the aggregator's side
 * {@link io.millrace.examples.telemetry.SampleDecoder} reads what they wrote, {@link
 * io.millrace.examples.telemetry.SampleChecker} proves that nothing was lost on the way, and {@link
 * io.millrace.examples.telemetry.HostView} shows how the host is doing.
 *
 * <p>The messages are in {@code src/main/sbe/telemetry.xml}; the build makes the package {@code
 * codec} from it. No type of this package may be used by two threads at once, and none of those on
 * the messages' way allocates once it has seen its first sample.
 */
package io.millrace.examples.telemetry;
