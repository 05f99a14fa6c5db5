/**
 * The config example: reference data in a file that people edit, a loader that checks it and puts
 * it into a snapshot, and many readers, which see each new version without asking anybody.
 *
 * <ul>
 *   <li>{@link io.millrace.examples.config.Config} starts all of them, edits the file, and looks
 *       whether every reader has what it should have;
 *   <li>{@link io.millrace.examples.config.Loader} is the one writer;
 *   <li>{@link io.millrace.examples.config.LimitsReader} is one of the readers: the loop to copy;
 *   <li>{@link io.millrace.examples.config.LimitsCodec} is what the data looks like in memory.
 * </ul>
 */
package io.millrace.examples.config;
