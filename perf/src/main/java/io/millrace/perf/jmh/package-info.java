/** Micro-benchmarks: single calls in one thread, and what they allocate. */
package io.millrace.perf.jmh;
