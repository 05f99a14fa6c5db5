package io.millrace.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the accesses to shared memory in the product's class files. */
final class OrderedAccesses {
  private static final Pattern LOAD_OR_STORE =
      Pattern.compile("(get|put)(?:Long|Int)(Volatile|Release|Acquire)?");

  private OrderedAccesses() {}

  /**
   * A method, and the orders of its accesses, as they follow each other.
   *
   * @param name class and method
   * @param sourceFile where it stands, from the root of the sources
   */
  record Method(String name, String sourceFile, List<String> orders, List<Boolean> covered) {
    /** The same with the accesses of another one of the same name. */
    Method and(Method other) {
      orders.addAll(other.orders);
      covered.addAll(other.covered);
      return this;
    }

    /** Where the next access of an order is, from some index on or from the start; or -1. */
    int next(String order, int from) {
      for (int i = 0; i < orders.size(); i++) {
        int index = (from + i) % orders.size();
        if (orders.get(index).equals(order)) {
          return index;
        }
      }
      return -1;
    }

    void cover(int index) {
      covered.set(index, true);
    }

    void coverAll(String order) {
      for (int i = 0; i < orders.size(); i++) {
        covered.set(i, covered.get(i) || orders.get(i).equals(order));
      }
    }

    /** The orders that no claim has. */
    List<String> uncovered() {
      List<String> open = new ArrayList<>();
      for (int i = 0; i < orders.size(); i++) {
        if (!covered.get(i) && isOrdered(orders.get(i))) {
          open.add(orders.get(i));
        }
      }
      return open;
    }

    boolean isOrdered() {
      return orders.stream().anyMatch(Method::isOrdered);
    }

    String sourceName() {
      String method = name.substring(name.indexOf('.') + 1);
      return method.equals("new") ? name.substring(0, name.indexOf('.')) : method;
    }

    private static boolean isOrdered(String order) {
      return !order.equals("get") && !order.equals("put");
    }
  }

  /** The methods of a package, or of a class, that access shared memory. */
  static List<Method> in(String place) throws IOException {
    boolean isClass = Character.isUpperCase(place.charAt(place.lastIndexOf('.') + 1));
    String path = place.replace('.', '/');
    List<Method> methods = new ArrayList<>();
    for (Path file : classFiles(isClass ? path.substring(0, path.lastIndexOf('/')) : path)) {
      String name = file.getFileName().toString();
      if (!isClass
          || name.matches(path.substring(path.lastIndexOf('/') + 1) + "(\\$.*)?\\.class")) {
        read(file, methods);
      }
    }
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("no access in " + place);
    }
    return methods;
  }

  /** Those of the product, which has directories of its own, as the tests have. */
  private static List<Path> classFiles(String directory) throws IOException {
    List<Path> found = new ArrayList<>();
    for (URL url : (Iterable<URL>) loader().resources(directory)::iterator) {
      if (url.getProtocol().equals("file") && !url.getPath().contains("/test-classes/")) {
        try (Stream<Path> files = Files.list(Path.of(new URI(url.toString())))) {
          files.filter(file -> file.toString().endsWith(".class")).sorted().forEach(found::add);
        } catch (URISyntaxException impossible) {
          throw new IOException(impossible);
        }
      }
    }
    return found;
  }

  private static ClassLoader loader() {
    return OrderedAccesses.class.getClassLoader();
  }

  private static void read(Path file, List<Method> methods) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      ClassModel type = ClassFile.of().parse(in.readAllBytes());
      String binary = type.thisClass().asInternalName();
      String outer = binary.replaceAll("\\$.*", "");
      for (MethodModel method : type.methods()) {
        List<String> orders = new ArrayList<>();
        method
            .code()
            .ifPresent(
                code ->
                    code.forEach(
                        element -> {
                          if (element instanceof InvokeInstruction call) {
                            String order = order(call);
                            if (order != null) {
                              orders.add(order);
                            }
                          }
                        }));
        if (!orders.isEmpty()) {
          // A lambda's are those of its method.
          String name =
              method
                  .methodName()
                  .stringValue()
                  .replaceAll("lambda\\$(\\w+)\\$\\d+", "$1")
                  .replace("<init>", "new");
          List<Boolean> covered = new ArrayList<>();
          orders.forEach(order -> covered.add(false));
          String simple = outer.substring(outer.lastIndexOf('/') + 1);
          methods.add(new Method(simple + "." + name, outer + ".java", orders, covered));
        }
      }
    }
  }

  /** What a claim calls the order of an access, or null if the call is none. */
  private static String order(InvokeInstruction call) {
    String owner = call.owner().asInternalName();
    String name = call.name().stringValue();
    if (owner.startsWith("java/")) {
      boolean isFence = owner.equals("java/lang/invoke/VarHandle") && name.endsWith("Fence");
      return isFence ? name : null;
    }
    if (name.startsWith("compareAnd")) {
      return "cas";
    }
    if (name.startsWith("getAndAdd")) {
      return "add";
    }
    if (name.startsWith("getAndSet")) {
      return "swap";
    }
    Matcher access = LOAD_OR_STORE.matcher(name);
    return access.matches()
        ? access.group(1) + (access.group(2) == null ? "" : access.group(2))
        : null;
  }
}
