package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Millrace as a named module, in a JVM of its own, with interfaces of other modules. */
class ModulesTest {
  private static final String APP =
      """
      package app;

      import io.millrace.message.*;
      import io.millrace.ring.*;
      import java.lang.invoke.MethodHandles;
      import java.util.*;

      public final class Main {
        record Part(int number) {}

        interface Hidden {
          void put(Part part, CharSequence text);
        }

        public static void main(String[] arguments) {
          List<String> seen = new ArrayList<>();
          try (Ring ring = Ring.create(RingOptions.capacity(65536));
              Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
              Producer producer = ring.addProducer()) {
            Hidden out = Messages.writer(MethodHandles.lookup(), Hidden.class, producer);
            out.put(new Part(5), "text");
            consumer.poll(Messages.reader(MethodHandles.lookup(), Hidden.class,
                (part, text) -> seen.add(part + " " + text),
                (type, buffer, offset, length) -> seen.add("unknown")), 1);
            api.Shown shown = Messages.writer(api.Shown.class, producer);
            shown.tell("exported", api.Shown.Kind.TWO);
            consumer.poll(Messages.reader(api.Shown.class,
                (text, kind) -> seen.add(text + " " + kind)), 1);
            try {
              Messages.writer(Hidden.class, producer);
            } catch (IllegalArgumentException refusal) {
              seen.add(refusal.getMessage());
            }
          }
          System.out.println(seen);
        }
      }
      """;
  private static final String API =
      """
      package api;

      public interface Shown {
        enum Kind { ONE, TWO }

        void tell(String text, Kind kind);
      }
      """;

  @TempDir Path folder;

  @Test
  void interfacesOfModulesThatExportNothingAndOfThoseThatDo() throws Exception {
    write("module-info.java", "module app { requires io.millrace.ring; exports api; }");
    write("app/Main.java", APP);
    write("api/Shown.java", API);
    String path = modulePath();
    Path classes = folder.resolve("classes");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-nowarn",
                "-proc:none",
                "-d",
                classes.toString(),
                "-p",
                path,
                folder.resolve("module-info.java").toString(),
                folder.resolve("app/Main.java").toString(),
                folder.resolve("api/Shown.java").toString());
    assertEquals(0, compiled);
    assertEquals(
        "[Part[number=5] text, exported TWO, Hidden: it cannot be implemented from outside of its"
            + " module; pass MethodHandles.lookup() of a class in its package]\n",
        run("-p", path + File.pathSeparator + classes, "-m", "app/app.Main"));
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String modulePath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry ->
                entry.endsWith("/classes")
                    || entry.matches(".*/(agrona|chronicle-core|slf4j-[a-z]+)-[^/]*\\.jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(
        List.of(
            "--add-exports=java.base/jdk.internal.misc=org.agrona",
            "--enable-native-access=io.millrace.ring",
            "-XX:+UseSerialGC"));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.waitFor();
    return Files.readString(log);
  }
}
