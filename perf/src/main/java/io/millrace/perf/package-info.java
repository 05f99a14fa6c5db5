/** Measurements of Millrace beside its peers, in one run. */
package io.millrace.perf;
