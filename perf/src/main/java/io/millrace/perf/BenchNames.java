package io.millrace.perf;

import io.millrace.perf.harness.Bench;
import java.util.Iterator;
import java.util.stream.Stream;

/** The names that stand for benches on the command line. */
final class BenchNames implements Iterable<String> {
  static final String ALL = "all";

  @Override
  public Iterator<String> iterator() {
    return Stream.concat(Benches.ALL.stream().map(Bench::name), Stream.of(ALL)).iterator();
  }
}
