package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The packages of a module, in an order in which each uses only those before it. So there is no
 * circle in them, and none between modules, which Maven builds one after the other.
 */
public final class PackageOrder {
  private static final Path CLASSES = Path.of("target", "classes");

  private final Set<JavaClass> classes;
  private final List<String> order;

  /**
   * Reads the classes of the module whose tests run.
   *
   * @param order its packages, the lowest first; all that it has
   */
  public PackageOrder(String... order) {
    this.order = List.of(order);
    this.classes =
        new ClassFileImporter()
            .importPath(CLASSES).stream()
                .filter(one -> !one.getPackageName().isEmpty())
                .collect(Collectors.toSet());
  }

  /** Fails if a package is not in the order, or uses one that comes later. */
  public void requireNoArrowUpwards() {
    Set<String> found = classes.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertEquals(new TreeSet<>(order), new TreeSet<>(found), "packages of " + CLASSES);
    Set<String> upwards = new TreeSet<>();
    for (JavaClass from : classes) {
      for (Dependency arrow : from.getDirectDependenciesFromSelf()) {
        int target = order.indexOf(arrow.getTargetClass().getBaseComponentType().getPackageName());
        if (target > order.indexOf(from.getPackageName())) {
          upwards.add(arrow.getDescription());
        }
      }
    }
    assertTrue(upwards.isEmpty(), () -> String.join("\n", upwards));
  }

  /**
   * Fails if a package uses another one.
   *
   * @param from the package
   * @param others the start of the names of those that it must not use
   */
  public void requireNoArrow(String from, String others) {
    Set<String> arrows =
        classes.stream()
            .filter(one -> one.getPackageName().equals(from))
            .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
            .filter(arrow -> arrow.getTargetClass().getName().startsWith(others))
            .map(Dependency::getDescription)
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(arrows.isEmpty(), () -> String.join("\n", arrows));
  }
}
