package io.millrace.testkit;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Looks whether the Javadoc of each public type says which threads may use it, or which one calls
 * it; for values it is enough to say that they are immutable. Exceptions and enums go without
 * saying.
 */
public final class ThreadRules {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern TO_ALL = Pattern.compile("exports ([\\w.]+);");
  private static final Pattern RULE = Pattern.compile("\\b([Tt]hreads?|[Ii]mmutable)\\b");
  private static final Set<Tree.Kind> KINDS =
      Set.of(Tree.Kind.CLASS, Tree.Kind.INTERFACE, Tree.Kind.RECORD);

  private ThreadRules() {}

  /**
   * Reads the sources of the packages that the module under test exports to everybody.
   *
   * @return the public types that say nothing
   */
  public static Set<String> missing() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends JavaFileObject> objects = manager.getJavaFileObjectsFromPaths(sources());
      JavacTask task = (JavacTask) compiler.getTask(null, manager, null, null, null, objects);
      DocTrees docs = DocTrees.instance(task);
      Set<String> silent = new TreeSet<>();
      for (CompilationUnitTree unit : task.parse()) {
        for (Tree type : unit.getTypeDecls()) {
          String comment = docs.getDocComment(new TreePath(new TreePath(unit), type));
          if (needsOne(type) && !RULE.matcher(comment).find()) {
            silent.add(unit.getPackageName() + "." + ((ClassTree) type).getSimpleName());
          }
        }
      }
      return silent;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean needsOne(Tree tree) {
    return KINDS.contains(tree.getKind())
        && tree instanceof ClassTree type
        && type.getModifiers().getFlags().contains(Modifier.PUBLIC)
        && !type.getSimpleName().toString().endsWith("Exception");
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    Matcher exported = TO_ALL.matcher(Files.readString(SOURCES.resolve("module-info.java")));
    while (exported.find()) {
      try (Stream<Path> files = Files.list(SOURCES.resolve(exported.group(1).replace('.', '/')))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    if (sources.isEmpty()) {
      throw new IllegalStateException("the module exports nothing to everybody");
    }
    return sources;
  }
}
