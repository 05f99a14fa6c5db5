package io.millrace.perf.harness;

import io.millrace.os.CpuAffinity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which processors the roles of a trial run on. */
public final class Cpus {
  private static final String SIBLINGS = "/sys/devices/system/cpu/cpu%d/topology/%s";

  private Cpus() {}

  /**
   * Two processors that share no core, if there are: hyper-threads of one core share what is
   * measured here.
   *
   * @return their numbers, or one number if this process may use only one
   */
  public static List<Integer> pickTwo() {
    BitSet allowed = CpuAffinity.get();
    int first = allowed.nextSetBit(0);
    String core = siblings(first);
    for (int cpu = allowed.nextSetBit(first + 1); cpu >= 0; cpu = allowed.nextSetBit(cpu + 1)) {
      if (core.isEmpty() || !siblings(cpu).equals(core)) {
        return List.of(first, cpu);
      }
    }
    int second = allowed.nextSetBit(first + 1);
    return second < 0 ? List.of(first) : List.of(first, second);
  }

  /** The processors of one core, as the kernel names them; empty if it does not say. */
  private static String siblings(int cpu) {
    for (String file : List.of("core_cpus_list", "thread_siblings_list")) {
      try {
        return Files.readString(Path.of(String.format(SIBLINGS, cpu, file))).strip();
      } catch (IOException absent) {
        continue;
      }
    }
    return "";
  }

  /**
   * Where one of several busy roles runs: each on a processor of its own if there are enough, else
   * all on all, where the scheduler shares them out.
   *
   * @param cpus the processors to use
   * @param role which role, from 0
   * @param roles how many there are
   * @return the processors of that role
   */
  public static List<Integer> of(List<Integer> cpus, int role, int roles) {
    return roles <= cpus.size() ? List.of(cpus.get(role)) : cpus;
  }

  /**
   * Pins the calling thread.
   *
   * @param cpus to these
   */
  public static void pin(List<Integer> cpus) {
    BitSet mask = new BitSet();
    cpus.forEach(mask::set);
    CpuAffinity.set(mask);
  }

  /**
   * Whether this process may run on processors.
   *
   * @param cpus their numbers
   * @return true if it may run on all of them
   */
  public static boolean areAllowed(List<Integer> cpus) {
    BitSet allowed = CpuAffinity.get();
    return cpus.stream().allMatch(cpu -> cpu >= 0 && allowed.get(cpu));
  }

  /**
   * Reads a list as in {@code 0,1}.
   *
   * @param text the list
   * @return the numbers
   * @throws NumberFormatException if it is none
   */
  public static List<Integer> parse(String text) {
    List<Integer> cpus = new ArrayList<>();
    for (String number : text.split(",")) {
      cpus.add(Integer.valueOf(number.strip()));
    }
    return List.copyOf(cpus);
  }
}
