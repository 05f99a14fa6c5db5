/**
 * Keeps what goes through rings and topics, and plays it again. {@link
 * io.millrace.recording.Recorder} writes records into a Chronicle Queue, {@link
 * io.millrace.recording.RecordingReader} reads them, {@link io.millrace.recording.Player} publishes
 * them again. The page {@code RECORDING.md} says what is kept when what fails.
 *
 * <p>A JVM that uses this package needs the flags that {@link
 * io.millrace.recording.RecordingFlags#required()} lists.
 */
package io.millrace.recording;
