/** The counters of rings for those who monitor with Micrometer, which is optional. */
package io.millrace.metrics;
