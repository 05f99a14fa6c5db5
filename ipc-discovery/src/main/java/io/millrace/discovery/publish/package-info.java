/** How a record gets its name: one publisher at a time, with a generation that only grows. */
package io.millrace.discovery.publish;
