/** The smallest two programs: one publishes prices, the other one finds and prints them. */
package io.millrace.examples.quickstart;
