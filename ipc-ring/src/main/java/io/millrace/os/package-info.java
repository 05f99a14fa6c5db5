/**
 * Linux system calls, made through {@link java.lang.foreign} alone: no native build, no JNI.
 *
 * <p>This is the only package of Millrace that talks to the kernel. Its types are small: each owns
 * one descriptor or one mapping, is closed once, and turns a failed call into a {@link
 * io.millrace.SystemCallException} that names the call, the error and the object. Calls that a
 * signal interrupts are made again.
 *
 * <p>The package is exported to the sibling modules only; it is not a public API.
 */
package io.millrace.os;
