/** What recorders and both ends of a bridge share. For {@code io.millrace} only. */
package io.millrace.polled;
