package io.millrace.cli;

import io.millrace.message.MessageSchema;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the SBE schema of an interface whose methods are messages. */
@Command(
    name = "schema",
    description = {
      "Prints the SBE schema of an interface whose methods are messages, for the SBE tool and for"
          + " 'tail --schema'.",
      "Parameters have their names in it if the interface was compiled with -parameters. No code"
          + " of the jar runs but the initialization of its enums."
    })
final class ShowSchema implements Callable<Integer> {
  @Mixin private Output output;

  @Option(
      names = "--calls",
      description = "Its methods are calls: a message for each request, and one for each result.")
  private boolean areCalls;

  @Parameters(
      index = "0",
      paramLabel = "JAR",
      description = "The jar, or the directory of classes, that has the interface.")
  private Path jar;

  @Parameters(
      index = "1",
      paramLabel = "CLASS",
      description = "The full name of the interface, a nested one as Outer$$Inner.")
  private String name;

  /**
   * What {@code --json} prints.
   *
   * @param name of the interface
   * @param id of the schema
   * @param version of the schema
   * @param fingerprint of the layout
   * @param xml the schema
   */
  private record Line(String name, int id, int version, String fingerprint, String xml) {}

  @Override
  public Integer call() throws IOException {
    if (!Files.exists(jar)) {
      throw new NoSuchFileException(jar.toString());
    }
    URL[] place = {jar.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(place, MessageSchema.class.getClassLoader())) {
      Class<?> type = Class.forName(name, false, loader);
      MessageSchema schema = areCalls ? MessageSchema.ofCalls(type) : MessageSchema.of(type);
      output.print(
          new Line(
              schema.name(), schema.id(), schema.version(), schema.fingerprint(), schema.xml()),
          () -> schema.xml().stripTrailing());
    } catch (ClassNotFoundException missing) {
      throw new IllegalArgumentException("there is no class " + name + " in " + jar, missing);
    } catch (LinkageError missing) {
      throw new IllegalArgumentException(
          name + " needs a class that is not in " + jar + ": " + missing.getMessage(), missing);
    }
    return 0;
  }
}
