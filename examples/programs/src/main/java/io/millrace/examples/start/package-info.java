/** What starts one example or another. */
package io.millrace.examples.start;
