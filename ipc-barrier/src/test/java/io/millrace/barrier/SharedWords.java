package io.millrace.barrier;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Service;
import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import org.agrona.concurrent.UnsafeBuffer;

/** Looks at a barrier of others without taking part. */
final class SharedWords implements AutoCloseable {
  private final Descriptor memory;
  private final Mapping mapping;
  private final UnsafeBuffer words;

  private SharedWords(int memoryNumber) {
    memory = Descriptor.duplicateOf(memoryNumber, "memory of a barrier");
    mapping = Mapping.of(memory, 0, memory.status().size(), true);
    words = new UnsafeBuffer(mapping.address(), (int) mapping.length());
  }

  static SharedWords of(Registry registry, String name) {
    String party =
        registry.list().stream()
            .map(Service::name)
            .filter(record -> record.startsWith(name))
            .findFirst()
            .orElseThrow();
    try (Acquisition acquired = registry.acquire(party)) {
      return new SharedWords(acquired.descriptors()[0]);
    }
  }

  static SharedWords of(Barrier barrier) {
    return new SharedWords(barrier.descriptors()[0]);
  }

  UnsafeBuffer words() {
    return words;
  }

  long generation() {
    return BarrierState.generation(words.getLongVolatile(BarrierLayout.STATE_OFFSET));
  }

  @Override
  public void close() {
    mapping.close();
    memory.close();
  }
}
