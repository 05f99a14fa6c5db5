/** Ways in which processes can wait for each other, all behind the same interface. */
package io.millrace.perf.meeting;
