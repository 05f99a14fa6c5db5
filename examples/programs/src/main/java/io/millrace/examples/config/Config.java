package io.millrace.examples.config;

import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.agrona.IoUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The config example: starts a loader and many readers, then changes the file in all the ways that
 * happen: an edit, a mistake, a rename, and an edit while the loader is dead.
 */
@Command(
    name = "config",
    description = {
      "A loader watches a file and publishes what it says through a snapshot;"
          + " many readers see each version at once."
    },
    mixinStandardHelpOptions = true)
public final class Config extends Example {
  private static final int PATIENCE_SECONDS = 60;

  @Option(names = "--readers", description = "How many (default: ${DEFAULT-VALUE}).")
  private int count = 4;

  @Option(
      names = "--file",
      description = "Watches this file, for you to edit, instead of editing one itself.")
  private Path file;

  @Option(names = "--seconds", description = "With --file: how long (default: ${DEFAULT-VALUE}).")
  private int seconds = 60;

  private final List<ChildJvm> readers = new ArrayList<>();
  private Path snapshot;

  @Override
  protected String run() throws IOException, InterruptedException {
    check(count >= 1 && count <= 60, "--readers must be from 1 to 60");
    Path folder = Files.createTempDirectory("config");
    keep(() -> IoUtil.delete(folder.toFile(), true));
    snapshot = folder.resolve("limits");
    for (int i = 0; i < count; i++) {
      readers.add(keep(ChildJvm.start("reader " + i, LimitsReader.class, snapshot)));
    }
    return file == null ? edit(folder.resolve("limits.properties")) : follow();
  }

  private String edit(Path own) throws IOException {
    Files.writeString(own, "MILL=1000\n");
    ChildJvm loader = startLoader(own);
    expectEverywhere("{MILL=1000}");

    Files.writeString(own, "MILL=500\nWHEEL=70\n");
    expectEverywhere("{MILL=500, WHEEL=70}");

    Files.writeString(own, "MILL=a lot\n");
    String why = loader.expect("refused 'MILL=a lot'", PATIENCE_SECONDS);
    System.out.println("the loader refuses 'MILL=a lot': that " + why);

    Path fresh = Files.writeString(own.resolveSibling("new"), "MILL=600\nWHEEL=80\n");
    Files.move(fresh, own, StandardCopyOption.ATOMIC_MOVE);
    expectEverywhere("{MILL=600, WHEEL=80}");

    loader.kill();
    System.out.println("the loader was killed; a reader that comes now has the last version:");
    ChildJvm late = keep(ChildJvm.start("late reader", LimitsReader.class, snapshot));
    readers.add(late);
    System.out.println("the late reader sees " + late.expect("sees", PATIENCE_SECONDS));
    Files.writeString(own, "RACE=9\n");
    startLoader(own);
    expectEverywhere("{RACE=9}");

    for (ChildJvm reader : readers) {
      reader.tell("start");
      reader.tell("stop");
      System.out.println(
          "process " + reader.pid() + ": " + reader.expect("done", PATIENCE_SECONDS));
    }
    return "ok readers=" + readers.size();
  }

  private ChildJvm startLoader(Path watched) {
    return keep(ChildJvm.start("the loader", Loader.class, watched, snapshot));
  }

  private void expectEverywhere(String limits) {
    for (ChildJvm reader : readers) {
      reader.expect("sees " + limits, PATIENCE_SECONDS);
    }
    System.out.println("all " + readers.size() + " readers see " + limits);
  }

  private String follow() throws InterruptedException {
    ChildJvm loader = startLoader(file);
    System.out.println("edit " + file + "; what the first reader sees:");
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    while (System.nanoTime() < deadline) {
      loader.printAll();
      readers.get(0).printAll();
      Thread.sleep(50);
    }
    return "ok";
  }
}
