package io.millrace.perf.report;

import io.millrace.perf.harness.JvmFlags;
import io.millrace.perf.harness.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a reader must know about the machine and the run to judge the numbers. */
public final class Machine {
  private static final String UNKNOWN = "not visible";
  private static final Path CPU = Path.of("/sys/devices/system/cpu");

  private Machine() {}

  /**
   * Describes both.
   *
   * @param plan how it is measured
   * @return names and values
   */
  public static Map<String, String> describe(Plan plan) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", ofCpuInfo("model name"));
    facts.put(
        "processors",
        Runtime.getRuntime().availableProcessors()
            + " usable, online "
            + of(CPU.resolve("online")));
    facts.put("hyper-threads", "1".equals(of(CPU.resolve("smt/active"))) ? "on" : "off or hidden");
    facts.put("governor", of(CPU.resolve("cpu0/cpufreq/scaling_governor")));
    facts.put("isolated", orNone(of(CPU.resolve("isolated"))));
    facts.put("virtual machine", hypervisor());
    facts.put(
        "clock", of(Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource")));
    facts.put(
        "kernel", of(Path.of("/proc/sys/kernel/osrelease")) + " " + System.getProperty("os.arch"));
    facts.put("huge pages", of(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")));
    facts.put("load before", of(Path.of("/proc/loadavg")));
    facts.put(
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.put("java flags", String.join(" ", flags(plan)));
    facts.put("versions", Versions.all().toString().replaceAll("[{}]", ""));
    facts.put("pinned to", plan.cpus().toString());
    facts.put(
        "forks",
        plan.forks()
            + ", each "
            + plan.warmUpMillis()
            + " ms warm-up, then "
            + plan.measureMillis()
            + " ms at most");
    return facts;
  }

  private static List<String> flags(Plan plan) {
    List<String> flags = new ArrayList<>(JvmFlags.ALL);
    flags.addAll(plan.jvmFlags());
    return flags;
  }

  private static String hypervisor() {
    boolean guest = (" " + ofCpuInfo("flags") + " ").contains(" hypervisor ");
    String vendor = of(Path.of("/sys/class/dmi/id/sys_vendor"));
    String product = of(Path.of("/sys/class/dmi/id/product_name"));
    String name = vendor.equals(UNKNOWN) ? "" : " (" + vendor + " " + product + ")";
    return (guest ? "yes" : "no sign of one") + name;
  }

  private static String orNone(String value) {
    return value.isEmpty() ? "none" : value;
  }

  private static String ofCpuInfo(String key) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(UNKNOWN);
    } catch (IOException unreadable) {
      return UNKNOWN;
    }
  }

  private static String of(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      return UNKNOWN;
    }
  }
}
