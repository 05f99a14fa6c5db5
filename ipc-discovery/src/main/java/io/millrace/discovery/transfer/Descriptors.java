package io.millrace.discovery.transfer;

import io.millrace.discovery.life.SpareThreads;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.TransferException;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.FileStatus;
import io.millrace.os.Memfd;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A list of open descriptors with one owner, and what the record says of each. */
public final class Descriptors implements AutoCloseable {
  private final List<Descriptor> open;

  private Descriptors(List<Descriptor> open) {
    this.open = open;
  }

  /**
   * Gets descriptors one after the other; if one cannot be obtained, those before it are closed.
   */
  static Descriptors collect(int count, IntFunction<Descriptor> source) {
    List<Descriptor> collected = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        collected.add(source.apply(i));
      }
    } catch (RuntimeException | Error failure) {
      try {
        Closing.closeAll(collected);
      } catch (RuntimeException closing) {
        failure.addSuppressed(closing);
      }
      throw failure;
    }
    return new Descriptors(collected);
  }

  static Descriptors none() {
    return new Descriptors(new ArrayList<>());
  }

  /** Takes over descriptors that came in a message. */
  public static Descriptors adopt(int[] numbers, String what) {
    return collect(numbers.length, i -> Descriptor.adopt(numbers[i], what));
  }

  /** Duplicates what the caller of publish gave, so that its own ones are its own affair. */
  public static Descriptors duplicatesOf(List<ServiceSpec.Entry> entries) {
    return collect(
        entries.size(),
        i -> Descriptor.duplicateOf(entries.get(i).number(), "published descriptor"));
  }

  /**
   * Describes descriptors of this process for a record.
   *
   * @throws IllegalArgumentException if one is not of its kind: memory that is not sealed could
   *     fault under a process that maps it
   */
  public List<ServiceDescriptor> describe(List<ServiceSpec.Entry> entries) {
    List<ServiceDescriptor> described = new ArrayList<>(open.size());
    for (int i = 0; i < open.size(); i++) {
      DescriptorKind kind = entries.get(i).kind();
      described.add(
          kind == DescriptorKind.EVENT
              ? new ServiceDescriptor(kind, 0, 0, 0)
              : describe(kind, open.get(i).status()));
    }
    String flaw = firstFlaw(described);
    if (flaw != null) {
      throw new IllegalArgumentException("cannot publish: " + flaw);
    }
    return described;
  }

  private static ServiceDescriptor describe(DescriptorKind kind, FileStatus status) {
    return new ServiceDescriptor(kind, status.device(), status.inode(), status.size());
  }

  /**
   * Checks descriptors that came from another process.
   *
   * @throws TransferException if one is not what the record says
   */
  void requireAsDescribed(Service service) {
    String flaw = firstFlaw(service.descriptors());
    if (flaw != null) {
      throw new TransferException(
          "service "
              + service.name()
              + " is refused: "
              + flaw
              + "; its publisher, process "
              + service.pid()
              + ", is broken or hostile");
    }
  }

  private String firstFlaw(List<ServiceDescriptor> expected) {
    if (open.size() != expected.size()) {
      return open.size() + " descriptors came where the record lists " + expected.size();
    }
    List<Integer> events = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      ServiceDescriptor wanted = expected.get(i);
      if (wanted.kind() == DescriptorKind.SCHEMA) {
        if (!Memfd.isMemory(open.get(i))) {
          return "descriptor " + i + " is no memory";
        }
      } else if (wanted.isMemory()) {
        String flaw = memoryFlaw(open.get(i), wanted);
        if (flaw != null) {
          return "descriptor " + i + " " + flaw;
        }
      } else {
        events.add(i);
      }
    }
    return eventFlaw(events);
  }

  private static String memoryFlaw(Descriptor descriptor, ServiceDescriptor wanted) {
    FileStatus status = descriptor.status();
    if (status.inode() != wanted.inode() || status.device() != wanted.device()) {
      return "is another file than the record says";
    }
    if (!Memfd.isSealed(descriptor)) {
      return "is no memory sealed against shrinking and growing";
    }
    if (status.size() != wanted.size()) {
      return "has " + status.size() + " bytes where the record says " + wanted.size();
    }
    return null;
  }

  private String eventFlaw(List<Integer> events) {
    if (events.isEmpty()) {
      return null;
    }
    int[] numbers = events.stream().mapToInt(i -> open.get(i).number()).toArray();
    int bad = EventFd.firstThatIsNone(numbers);
    return bad < 0 ? null : "descriptor " + events.get(bad) + " is no event descriptor";
  }

  public int[] numbers() {
    return open.stream().mapToInt(Descriptor::number).toArray();
  }

  /** Gives all descriptors up to a new owner, who closes them. */
  public int[] release() {
    int[] numbers = open.stream().mapToInt(Descriptor::release).toArray();
    open.clear();
    return numbers;
  }

  /** Closes what another process has sent and this one does not trust. */
  void refuse(long deadline) {
    SpareThreads.close(this, deadline);
  }

  @Override
  public void close() {
    Closing.closeAll(open);
  }
}
