package io.millrace.examples.quickstart;

import io.millrace.discovery.Registry;
import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import picocli.CommandLine.Command;

/**
 * Starts the two programs of the README's first page, {@link Publisher} and {@link Subscriber},
 * each in a process of its own. They know nothing of each other but the name {@code prices}.
 */
@Command(
    name = "quickstart",
    description = "Two processes of twenty lines: one publishes prices, the other prints ten.",
    mixinStandardHelpOptions = true)
public final class Quickstart extends Example {
  private static final int PATIENCE_SECONDS = 60;

  @Override
  protected String run() {
    ChildJvm publisher = keep(ChildJvm.start("the publisher", Publisher.class));
    ChildJvm subscriber = keep(ChildJvm.start("the subscriber", Subscriber.class));
    System.out.printf(
        "process %d publishes; process %d finds it and prints:%n",
        publisher.pid(), subscriber.pid());
    int status = subscriber.finish(PATIENCE_SECONDS);
    publisher.kill(); // Its minute is not over. What it leaves is a record that nobody needs.
    try (Registry registry = Registry.open()) {
      registry.gc();
    }
    return status == 0 ? "ok" : "failed: the subscriber ended with status " + status;
  }
}
