package io.millrace.perf.report;

import io.millrace.perf.harness.CaseResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The results for humans: one page that needs nothing but itself. */
public final class HtmlReport {
  private static final String LIBRARY =
      "/META-INF/resources/webjars/chart.js/" + Versions.of("chart.js") + "/dist/chart.umd.js";

  private HtmlReport() {}

  /**
   * Writes the page.
   *
   * @param file where to
   * @param machine what {@link Machine} says
   * @param cases the results
   * @param findings what there is to tell about them
   * @throws IOException if it cannot be written
   */
  public static void write(
      Path file, Map<String, String> machine, List<CaseResult> cases, Findings findings)
      throws IOException {
    String data = ReportData.json(machine, cases, findings).replace("</", "<\\/");
    // Without the link to a map that is not there.
    String library = text(LIBRARY).replaceAll("(?m)^//# sourceMappingURL.*$", "");
    String page =
        text("report.html")
            .replace("/*STYLE*/", text("report.css"))
            .replace("/*LIBRARY*/", library)
            .replace("/*DATA*/", data)
            .replace("/*CODE*/", text("report.js"));
    Files.writeString(file, page);
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the class path has no " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
