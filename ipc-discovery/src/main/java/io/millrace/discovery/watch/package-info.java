/** What tells that services come, change and go. */
package io.millrace.discovery.watch;
