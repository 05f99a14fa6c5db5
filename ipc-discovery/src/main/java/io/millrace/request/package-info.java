/**
 * Requests: clients of a service send requests, any number of servers compete for them, and each
 * request is answered once, by one reply or by many. Every client has rings of its own.
 *
 * <p>Start at {@link io.millrace.request.Requests}.
 */
package io.millrace.request;
