package io.millrace.perf.harness;

import java.util.HashMap;
import java.util.Map;

/** The main class of every process of a trial. */
final class RoleMain {
  static final String FAILED = "failed";
  private static final String FROM = "=";

  private RoleMain() {}

  /**
   * Pins the main thread, runs the role, ends.
   *
   * @param arguments the class of the role, the processors or nothing, and {@code name=value} for
   *     each argument
   */
  public static void main(String[] arguments) {
    Map<String, String> named = new HashMap<>();
    for (int i = 2; i < arguments.length; i++) {
      String[] pair = arguments[i].split(FROM, 2);
      named.put(pair[0], pair[1]);
    }
    Parent parent = new Parent(named, System.out);
    int status = 0;
    try {
      // What the subjects print must not be taken for answers.
      System.setOut(System.err);
      if (!arguments[1].isEmpty()) {
        Cpus.pin(Cpus.parse(arguments[1]));
      }
      Role role = Class.forName(arguments[0]).asSubclass(Role.class).getConstructor().newInstance();
      role.run(parent);
    } catch (Throwable failure) {
      failure.printStackTrace();
      parent.say(FAILED, failure.toString().replace('\n', ' '));
      status = 1;
    }
    System.out.flush();
    // No waiting for threads that a subject left running.
    Runtime.getRuntime().halt(status);
  }
}
