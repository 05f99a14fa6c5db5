/**
 * The latest value in shared memory: Millrace's snapshot, a seqlock, and the bare accesses that
 * they are made of.
 */
package io.millrace.perf.value;
