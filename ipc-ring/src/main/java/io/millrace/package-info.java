/** What all of Millrace has in common: its exceptions. */
package io.millrace;
