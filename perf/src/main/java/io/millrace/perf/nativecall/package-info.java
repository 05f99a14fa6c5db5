/** The system calls that peers make bare, to show what the kernel alone costs. */
package io.millrace.perf.nativecall;
