/**
 * What the tests of all modules share: child processes, waiting for a condition, and counting what
 * a block of code leaves open.
 */
package io.millrace.testkit;
