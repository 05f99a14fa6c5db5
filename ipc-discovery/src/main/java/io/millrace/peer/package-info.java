/**
 * What topics and requests have in common: members that find each other through the registry, each
 * with rings of its own, and read many of them without a thread. Not exported.
 */
package io.millrace.peer;
