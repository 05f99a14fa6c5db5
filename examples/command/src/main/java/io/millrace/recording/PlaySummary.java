package io.millrace.recording;

import org.HdrHistogram.Histogram;

/**
 * What was played.
 *
 * @param records how many
 * @param bytes their payload
 * @param elapsedNanos how long it took, from the first one on
 * @param isComplete false if it was ended before its time
 * @param offNanos how late each record was published, by the recorded distances, in nanoseconds;
 *     empty if distances were not to be kept
 */
public record PlaySummary(
    long records, long bytes, long elapsedNanos, boolean isComplete, Histogram offNanos) {}
