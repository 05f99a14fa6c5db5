/**
 * What the tests of all modules share: child processes (JVMs of their own, or many forked from one
 * zygote), waiting for a condition, and counting what a block of code leaves open.
 */
package io.millrace.testkit;
