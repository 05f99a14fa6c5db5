/** The registry's directory: where it is, who uses it, and the names in it. */
package io.millrace.discovery.root;
