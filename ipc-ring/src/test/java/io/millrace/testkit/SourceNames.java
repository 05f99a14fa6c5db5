package io.millrace.testkit;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Which names each source file of a package uses, comments left out. Of constants the compiled
 * classes would not tell: the compiler copies their values.
 */
public final class SourceNames {
  private final Map<String, Set<String>> names = new TreeMap<>();
  private final Map<String, String> parents = new TreeMap<>();

  private SourceNames() {}

  /**
   * Reads a package of the module that is tested.
   *
   * @param name the name of the package
   * @return what its files use
   */
  public static SourceNames ofPackage(String name) {
    Path folder = Path.of("src/main/java", name.split("\\."));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> files = Files.list(folder);
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      Iterable<? extends JavaFileObject> objects = manager.getJavaFileObjectsFromPaths(sources);
      JavacTask task = (JavacTask) compiler.getTask(null, manager, null, null, null, objects);
      SourceNames found = new SourceNames();
      for (CompilationUnitTree unit : task.parse()) {
        found.read(unit);
      }
      return found;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void read(CompilationUnitTree unit) {
    String file = Path.of(unit.getSourceFile().getName()).getFileName().toString();
    String type = file.substring(0, file.length() - ".java".length());
    Set<String> used = names.computeIfAbsent(type, key -> new HashSet<>());
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitIdentifier(IdentifierTree tree, Void nothing) {
        used.add(tree.getName().toString());
        return super.visitIdentifier(tree, nothing);
      }

      @Override
      public Void visitMemberSelect(MemberSelectTree tree, Void nothing) {
        used.add(tree.getIdentifier().toString());
        return super.visitMemberSelect(tree, nothing);
      }

      @Override
      public Void visitMemberReference(MemberReferenceTree tree, Void nothing) {
        used.add(tree.getName().toString());
        return super.visitMemberReference(tree, nothing);
      }

      @Override
      public Void visitClass(ClassTree tree, Void nothing) {
        if (tree.getExtendsClause() != null) {
          parents.put(tree.getSimpleName().toString(), tree.getExtendsClause().toString());
        }
        return super.visitClass(tree, nothing);
      }
    }.scan(unit, null);
  }

  /**
   * The files that use any of some names.
   *
   * @param name tells which
   * @return their main types, in alphabetical order
   */
  public Set<String> usersOf(Predicate<String> name) {
    Set<String> users = new TreeSet<>();
    names.forEach(
        (type, used) -> {
          if (used.stream().anyMatch(name)) {
            users.add(type);
          }
        });
    return users;
  }

  /**
   * The types that extend one.
   *
   * @param parent its simple name
   * @return their names, in alphabetical order
   */
  public Set<String> childrenOf(String parent) {
    Set<String> children = new TreeSet<>();
    parents.forEach(
        (type, extended) -> {
          if (extended.equals(parent)) {
            children.add(type);
          }
        });
    return children;
  }
}
