/** The barrier. */
package io.millrace.barrier;
