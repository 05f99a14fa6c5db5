/** The discovery. */
package io.millrace.discovery;
