/**
 * Interface-typed messages: the methods of an interface are the messages, SBE is the format, and
 * writers and readers are generated when they are made.
 *
 * <p>Start at {@link io.millrace.message.Messages}.
 */
package io.millrace.message;
