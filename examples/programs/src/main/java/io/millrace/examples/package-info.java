/** Programs to copy from; each runs from one command, {@code ./examples/run NAME}. */
package io.millrace.examples;
