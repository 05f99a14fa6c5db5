/**
 * The {@code millrace} command: what an operator sees of rings, registries, snapshots and barriers.
 *
 * <p>Looking takes no place, holds nobody back and makes nothing. Only {@code publish} and {@code
 * gc} change anything.
 */
package io.millrace.cli;
