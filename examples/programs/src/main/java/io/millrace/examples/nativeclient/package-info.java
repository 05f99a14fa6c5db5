/**
 * The native-client example: a program in C, written from the documentation of the layouts alone,
 * produces into a ring that Java created and consumes from it. It is in {@code src/main/c}.
 */
package io.millrace.examples.nativeclient;
