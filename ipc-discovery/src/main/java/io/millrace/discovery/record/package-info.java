/**
 * The records on disk: written, read, found, and removed when their publisher is dead. The layouts
 * are in {@code LAYOUT.md}.
 */
package io.millrace.discovery.record;
