/**
 * What generated writers and readers of messages stand on. Not exported: it is opened to the module
 * of an interface when a class is generated there.
 */
package io.millrace.message.runtime;
