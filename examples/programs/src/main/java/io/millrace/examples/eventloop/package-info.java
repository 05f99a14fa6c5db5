/**
 * The event-loop example: a process with one thread that sleeps in one epoll set for two rings, a
 * socket and a timer.
 *
 * <ul>
 *   <li>{@link io.millrace.examples.eventloop.EventLoop} starts it, sends to it and asks it;
 *   <li>{@link io.millrace.examples.eventloop.Service} is the process: the loop to copy.
 * </ul>
 */
package io.millrace.examples.eventloop;
