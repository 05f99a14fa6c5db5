/**
 * How the descriptors of a service come to another process: copied out of the publisher, or over
 * its socket.
 */
package io.millrace.discovery.transfer;
