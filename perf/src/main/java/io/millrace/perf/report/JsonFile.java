package io.millrace.perf.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The results for scripts: an array of objects with stable names. */
public final class JsonFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonFile() {}

  /**
   * Writes the file.
   *
   * @param path where to
   * @param cases the results
   * @throws IOException if it cannot be written
   */
  public static void write(Path path, List<CaseResult> cases) throws IOException {
    MAPPER.writeValue(path.toFile(), array(cases));
  }

  static ArrayNode array(List<CaseResult> cases) {
    ArrayNode array = MAPPER.createArrayNode();
    cases.stream()
        .flatMap(result -> result.subjects().stream())
        .flatMap(subject -> subject.results().stream())
        .map(JsonFile::object)
        .forEach(array::add);
    return array;
  }

  private static ObjectNode object(Result result) {
    ObjectNode object = MAPPER.createObjectNode();
    object.put("bench", result.bench());
    object.put("subject", result.subject());
    object.put("metric", result.metric().name());
    object.put("unit", result.metric().unit());
    object.put("value", result.value());
    object.put("n", result.n());
    object.set("settings", MAPPER.valueToTree(result.settings()));
    return object;
  }
}
