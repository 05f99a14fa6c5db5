/** Millrace and the peers that it is compared with, one class each. */
package io.millrace.perf.peer;
