/** How programs of this checkout are started: by the scripts {@code run}, and by each other. */
package io.millrace.launch;
