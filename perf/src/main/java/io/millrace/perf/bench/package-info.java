/** The benches that send messages from one process to another, and what their processes do. */
package io.millrace.perf.bench;
