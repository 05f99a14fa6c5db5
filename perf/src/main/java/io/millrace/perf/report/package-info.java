/** How results are shown: on the terminal, as JSON, as histogram files, as a page. */
package io.millrace.perf.report;
