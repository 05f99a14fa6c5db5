/**
 * Requests: clients of a service send requests, any number of servers compete for them, and each
 * request is answered once, by one reply or by many. Every client has rings of its own.
 *
 * <p>{@link io.millrace.request.Requests} is the way in.
 */
package io.millrace.request;
