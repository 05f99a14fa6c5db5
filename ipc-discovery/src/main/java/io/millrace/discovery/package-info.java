/**
 * Services that processes of one host publish, find and join, without a broker.
 *
 * <p>A {@link io.millrace.discovery.Registry} is a directory. A process that offers something
 * {@linkplain io.millrace.discovery.Registry#publish publishes} a record there, which appears
 * whole, and whose publisher the kernel knows to live: when the publisher is killed, the name is
 * free again. Others {@linkplain io.millrace.discovery.Registry#find find} the record and
 * {@linkplain io.millrace.discovery.Registry#acquire acquire} the descriptors of its shared memory.
 *
 * <p>Here are the handles that a program opens and closes. What they tell and are told, services,
 * capabilities, listeners and exceptions, is in {@link io.millrace.discovery.model}.
 */
package io.millrace.discovery;
