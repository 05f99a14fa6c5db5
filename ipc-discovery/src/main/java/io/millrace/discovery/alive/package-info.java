/** The file behind {@code Alive}. */
package io.millrace.discovery.alive;
