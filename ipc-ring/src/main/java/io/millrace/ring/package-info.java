/** The ring. */
package io.millrace.ring;
