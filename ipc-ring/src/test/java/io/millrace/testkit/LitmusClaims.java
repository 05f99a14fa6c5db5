package io.millrace.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The claims of a module's {@code src/test/litmus} about the order of accesses to shared memory,
 * compared with the code: a claim is worth something only as long as the code does what it says.
 *
 * <p>Each access of a claim names the methods that make it, or all of a class that make such a one.
 * They must be there and make an access of that order. In turn, each ordered access of the classes
 * that are looked at must stand in a claim, or in the file {@code unordered} with a reason, and the
 * source of each such method must name one of its claims.
 */
public final class LitmusClaims {
  /** What in a claim is none of the product's methods. */
  private static final List<String> OTHERS = List.of("application", "kernel", "field");

  private static final Pattern CLAIM_NAME = Pattern.compile("([a-z][a-z-]*)\\.wm\\b");

  private final List<String> faults = new ArrayList<>();
  private final Map<String, OrderedAccesses.Method> methods = new LinkedHashMap<>();

  /** For each method that stands in claims, their names. */
  private final Map<String, List<String>> claimsOf = new LinkedHashMap<>();

  private final List<String> unordered = new ArrayList<>();

  private LitmusClaims() {}

  /**
   * Compares the claims of the module that runs the test with its classes.
   *
   * @param claims the directory of the claims
   * @param sources the directory of the module's sources
   * @param places packages, and classes that are looked at for themselves
   * @return what is wrong, one sentence each
   */
  public static List<String> faults(Path claims, Path sources, String... places)
      throws IOException {
    LitmusClaims litmus = new LitmusClaims();
    for (String place : places) {
      for (OrderedAccesses.Method method : OrderedAccesses.in(place)) {
        litmus.methods.merge(method.name(), method, OrderedAccesses.Method::and);
      }
    }
    try (Stream<Path> files = Files.list(claims)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".wm")) {
          litmus.read(file);
        }
      }
    }
    litmus.readUnordered(claims.resolve("unordered"));
    litmus.checkCoverage();
    litmus.checkSources(claims, sources);
    return litmus.faults;
  }

  private void read(Path file) throws IOException {
    String claim = file.getFileName().toString().replace(".wm", "");
    Map<String, Integer> reached = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split("#", 2)[0].trim().split("\\s+");
      if (words[0].matches("P\\d+")) {
        reached.clear();
      }
      int at = List.of(words).indexOf("@");
      for (int i = at + 1; at > 0 && i < words.length; i++) {
        if (!OTHERS.contains(words[i])) {
          compare(claim, words[0], words[i], reached);
        }
      }
      if (at < 0 && line.matches("(get|put|cas|add|swap)\\w* .*|\\w+Fence.*")) {
        faults.add(claim + ": nobody is named who does: " + line);
      }
    }
  }

  private void compare(String claim, String order, String name, Map<String, Integer> reached) {
    if (name.endsWith(".*")) {
      String owner = name.substring(0, name.length() - 1);
      List<OrderedAccesses.Method> all =
          methods.values().stream()
              .filter(m -> m.name().startsWith(owner) && m.orders().contains(order))
              .toList();
      if (all.isEmpty()) {
        faults.add(claim + ": no method of " + name + " makes an access " + order);
      }
      for (OrderedAccesses.Method method : all) {
        method.coverAll(order);
      }
      return;
    }
    OrderedAccesses.Method method = methods.get(name);
    int index = method == null ? -1 : method.next(order, reached.getOrDefault(name, 0));
    if (index < 0) {
      faults.add(
          claim
              + ": "
              + name
              + (method == null ? " makes no access" : " makes " + method.orders())
              + ", the claim says "
              + order);
      return;
    }
    reached.put(name, index + 1);
    method.cover(index);
    claimsOf.computeIfAbsent(name, key -> new ArrayList<>()).add(claim);
  }

  /** Lines of a method and the reason why nothing is ordered by its accesses. */
  private void readUnordered(Path file) throws IOException {
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.split("\\s+", 2);
      OrderedAccesses.Method method = methods.get(words[0]);
      if (method == null || method.uncovered().isEmpty()) {
        faults.add("unordered: " + words[0] + " has no such access");
      } else if (words.length < 2) {
        faults.add("unordered: " + words[0] + " has no reason");
      }
      unordered.add(words[0]);
    }
  }

  private void checkCoverage() {
    for (OrderedAccesses.Method method : methods.values()) {
      List<String> open = method.uncovered();
      if (!open.isEmpty() && !unordered.contains(method.name())) {
        faults.add(method.name() + ": no claim has its " + open);
      }
    }
  }

  private void checkSources(Path claims, Path sources) throws IOException {
    for (Map.Entry<String, List<String>> entry : claimsOf.entrySet()) {
      OrderedAccesses.Method method = methods.get(entry.getKey());
      if (!method.isOrdered()) {
        continue;
      }
      List<String> named = new ArrayList<>();
      Matcher names = CLAIM_NAME.matcher(source(sources, method));
      while (names.find()) {
        named.add(names.group(1));
        if (!entry.getValue().contains(names.group(1))) {
          faults.add(method.name() + " names " + names.group() + ", in which it is not");
        }
      }
      if (named.isEmpty()) {
        faults.add(method.name() + " names none of its claims: " + entry.getValue());
      }
    }
  }

  /** A method's comment and code, by the format that the build sees to. */
  private static String source(Path sources, OrderedAccesses.Method method) throws IOException {
    List<String> lines = Files.readAllLines(sources.resolve(method.sourceFile()));
    String found = "";
    Pattern start =
        Pattern.compile(
            "  [^\\s*/@].*\\b" + method.sourceName() + "\\(.*|  " + method.sourceName() + "\\(.*");
    for (int i = 0; i < lines.size(); i++) {
      if (start.matcher(lines.get(i)).matches() && !lines.get(i).endsWith(";")) {
        int first = i;
        while (!lines.get(first - 1).isBlank() && !lines.get(first - 1).endsWith("{")) {
          first--;
        }
        int last = i;
        while (!lines.get(last).equals("  }")) {
          last++;
        }
        found += String.join("\n", lines.subList(first, last));
      }
    }
    return found;
  }
}
