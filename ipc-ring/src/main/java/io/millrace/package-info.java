/** The exceptions that all of Millrace has in common. */
package io.millrace;
