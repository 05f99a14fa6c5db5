/**
 * Topics: a name that any number of publishers publish to and any number of subscribers read, in
 * any processes and any start order. Every publisher has a ring of its own.
 *
 * <p>Start at {@link io.millrace.topic.Topic}.
 */
package io.millrace.topic;
