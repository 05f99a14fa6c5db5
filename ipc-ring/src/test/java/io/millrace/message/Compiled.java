package io.millrace.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.agrona.DirectBuffer;

/** An interface from a source text, in a class loader of its own: one version of a protocol. */
final class Compiled {
  private static final String NAME = "app.Feed";

  final Class<?> type;

  private Compiled(Class<?> type) {
    this.type = type;
  }

  /** Compiles the body of {@code public interface Feed}. */
  static Compiled feed(String body) {
    return feed("", body);
  }

  static Compiled feed(String annotations, String body) {
    return feed(annotations, body, Compiled.class.getClassLoader());
  }

  /** In a class loader that has another parent than usual. */
  static Compiled feed(String annotations, String body, ClassLoader parent) {
    String source =
        "package app; import io.millrace.message.*; import org.agrona.*;"
            + annotations
            + " public interface Feed {"
            + body
            + "}";
    return new Compiled(compile(source, parent));
  }

  private static Class<?> compile(String source, ClassLoader parent) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    JavaFileManager files =
        new ForwardingJavaFileManager<>(compiler.getStandardFileManager(null, null, null)) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location location,
              String className,
              JavaFileObject.Kind kind,
              javax.tools.FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
              @Override
              public OutputStream openOutputStream() {
                return classes.computeIfAbsent(className, name -> new ByteArrayOutputStream());
              }
            };
          }
        };
    JavaFileObject text =
        new SimpleJavaFileObject(
            URI.create("memory:///app/Feed.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    StringWriter said = new StringWriter();
    List<String> options =
        List.of("-proc:none", "-parameters", "-classpath", System.getProperty("java.class.path"));
    if (!compiler.getTask(said, files, null, options, null, List.of(text)).call()) {
      throw new AssertionError(said.toString());
    }
    ClassLoader loader =
        new ClassLoader(parent) {
          @Override
          protected Class<?> findClass(String name) throws ClassNotFoundException {
            ByteArrayOutputStream bytes = classes.get(name);
            if (bytes == null) {
              throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes.toByteArray(), 0, bytes.size());
          }
        };
    try {
      files.close();
      return loader.loadClass(NAME);
    } catch (ClassNotFoundException | IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A type inside of the interface, as another protocol. */
  Compiled nested(String name) {
    try {
      return new Compiled(type.getClassLoader().loadClass(NAME + "$" + name));
    } catch (ClassNotFoundException missing) {
      throw new AssertionError(missing);
    }
  }

  MessageSchema schema() {
    return MessageSchema.of(type);
  }

  /** Calls a method of a writer. */
  void send(Captured captured, String method, Object... arguments) {
    Object writer = Messages.writer(type, captured);
    Method found =
        Arrays.stream(type.getMethods())
            .filter(one -> one.getName().equals(method))
            .findAny()
            .orElseThrow();
    try {
      found.invoke(writer, arguments);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new AssertionError(thrown);
    } catch (IllegalAccessException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Reads what another version sent. Each call is a line. */
  List<String> receive(Captured captured) {
    List<String> lines = new ArrayList<>();
    MessageReader reader = reader(lines);
    captured.replay(reader);
    for (int i = 0; i < reader.unknown(); i++) {
      lines.add("unknown");
    }
    return lines;
  }

  MessageReader reader(List<String> lines) {
    return readerOf(type, lines);
  }

  private static <T> MessageReader readerOf(Class<T> type, List<String> lines) {
    Object implementation =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              lines.add(method.getName() + text(arguments == null ? new Object[0] : arguments));
              return method.getReturnType() == boolean.class ? (Object) false : null;
            });
    return Messages.reader(type, type.cast(implementation));
  }

  private static String text(Object value) {
    if (value instanceof Object[] values) {
      return Arrays.stream(values).map(Compiled::text).toList().toString();
    }
    if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    if (value instanceof DirectBuffer buffer) {
      return Calls.text(buffer);
    }
    if (value instanceof Iterable<?> values) {
      List<String> all = new ArrayList<>();
      values.forEach(one -> all.add(text(one)));
      return all.toString();
    }
    return String.valueOf(value);
  }
}
