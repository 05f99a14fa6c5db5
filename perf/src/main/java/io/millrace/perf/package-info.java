/** Measurements of Millrace beside its peers, in one run: {@code ./perf/run}. */
package io.millrace.perf;
