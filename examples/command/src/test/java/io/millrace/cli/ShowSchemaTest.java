package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.message.MessageSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShowSchemaTest {
  @TempDir private Path folder;
  private Path classes;

  @BeforeEach
  void compile() throws IOException {
    classes = Files.createDirectory(folder.resolve("classes"));
    Path source =
        Files.writeString(
            folder.resolve("Feed.java"),
            "package app; import io.millrace.message.*; interface Feed {"
                + " enum Side { BUY, SELL } record Gone(int a) {}"
                + " void put(long id, @Ascii(4) String name, Side side);"
                + " interface Asked { int size(long id); }"
                + " interface Bad { void put(Object what); }"
                + " interface Torn { void put(Gone gone); } }");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-parameters",
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                source.toString());
    assertEquals(0, status);
    Files.delete(classes.resolve("app/Feed$Gone.class"));
  }

  private Path jar() throws IOException {
    Path jar = folder.resolve("app.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        var entries = Files.list(classes.resolve("app"))) {
      for (Path entry : entries.toList()) {
        out.putNextEntry(new JarEntry("app/" + entry.getFileName()));
        out.write(Files.readAllBytes(entry));
      }
    }
    return jar;
  }

  @Test
  void theSchemaOfAnInterfaceInAJarOrADirectory() throws IOException {
    for (Path place : List.of(jar(), classes)) {
      CommandRun run = CommandRun.of("schema", place.toString(), "app.Feed");
      assertEquals(0, run.status(), run.err());
      MessageSchema schema = MessageSchema.parse(run.out());
      assertEquals("app.Feed", schema.name());
      assertTrue(run.out().contains("<field name=\"side\" id=\"3\" type=\"Side\"/>"), run.out());
      Path xml = Files.writeString(folder.resolve("feed.xml"), run.out());
      // Of the kind that tail takes: nothing is none of its messages.
      assertEquals("||", SbeFormatting.of(xml).toText(new byte[0]).strip());
      CommandRun json = CommandRun.of("schema", "--json", place.toString(), "app.Feed");
      assertEquals(schema.fingerprint(), json.json().get(0).get("fingerprint").asText());
    }
  }

  @Test
  void theSchemaOfCallsHasRequestsAndResults() {
    CommandRun run = CommandRun.of("schema", "--calls", classes.toString(), "app.Feed$Asked");
    assertEquals(0, run.status(), run.err());
    assertEquals("app.Feed$Asked", MessageSchema.parse(run.out()).name());
    assertTrue(run.out().contains("<sbe:message name=\"sizeResult\""), run.out());
  }

  private void assertFails(String why, String place, String name) {
    CommandRun run = CommandRun.of("schema", place, name);
    assertEquals(Millrace.FAILED, run.status());
    assertTrue(run.err().contains(why), run.err());
  }

  @Test
  void whatHasNoSchemaIsOneSentence() throws IOException {
    String jar = jar().toString();
    assertFails("there is no class app.Food in " + jar, jar, "app.Food");
    assertFails("missing.jar", folder.resolve("missing.jar").toString(), "app.Feed");
    assertFails("Bad.put, parameter 1 (what): java.lang.Object cannot", jar, "app.Feed$Bad");
    assertFails("app.Feed$Torn needs a class that is not in", jar, "app.Feed$Torn");
  }
}
