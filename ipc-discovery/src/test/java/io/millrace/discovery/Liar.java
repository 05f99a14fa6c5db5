package io.millrace.discovery;

import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.publish.Publisher;
import io.millrace.discovery.record.NewFiles;
import io.millrace.discovery.record.ServiceEncoder;
import io.millrace.discovery.transfer.DescriptorBundle;
import io.millrace.discovery.transfer.Descriptors;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import io.millrace.os.FileContent;
import io.millrace.os.Memfd;
import io.millrace.os.NewFile;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Puts a live, locked record named {@code x} into a registry's directory that says what a hostile
 * publisher wants. Without lies it would be that of a piece of memory and an event descriptor.
 */
final class Liar implements AutoCloseable {
  static final int SIZE = 8192;

  final Directory directory;
  final Descriptor memory = Memfd.create("hostile", SIZE);
  final EventFd event = EventFd.create();

  Liar(Path root) {
    directory = Directory.open(root);
  }

  ServiceSpec spec() {
    return ServiceSpec.named("x")
        .descriptor(memory.number(), DescriptorKind.MEMORY)
        .descriptor(event.descriptor().number(), DescriptorKind.EVENT);
  }

  /** A record and what it promises, until it is closed. */
  record Lie(Directory directory, Descriptor locked, DescriptorBundle bundle)
      implements AutoCloseable {
    @Override
    public void close() {
      directory.unlink("x");
      locked.close();
      bundle.close();
    }
  }

  Lie tell(UnaryOperator<Service> lie) {
    ServiceSpec spec = spec();
    try (Descriptors descriptors = Descriptors.duplicatesOf(spec.descriptors())) {
      DescriptorBundle bundle = DescriptorBundle.of(1, descriptors);
      Service honest =
          Publisher.describe(spec, 1, descriptors.describe(spec.descriptors()), bundle, "");
      return new Lie(directory, put(lie.apply(honest)), bundle);
    }
  }

  private Descriptor put(Service told) {
    try (NewFile file = NewFiles.in(directory, 0600)) {
      file.write(out -> FileContent.write(out, ServiceEncoder.encode(told)));
      if (!file.link(told.name())) {
        throw new AssertionError(told.name() + " is published already");
      }
      return file.take();
    }
  }

  /** The same with other descriptors promised. */
  static Service promising(Service honest, ServiceDescriptor... descriptors) {
    return changed(
        honest, honest.pid(), honest.bundle(), List.of(descriptors), honest.uid(), honest.socket());
  }

  /** The same with another bundle. */
  static Service withBundle(Service honest, int bundle) {
    return changed(
        honest, honest.pid(), bundle, honest.descriptors(), honest.uid(), honest.socket());
  }

  /** The same of another process. */
  static Service ofProcess(Service honest, int pid) {
    return changed(
        honest, pid, honest.bundle(), honest.descriptors(), honest.uid(), honest.socket());
  }

  /** The same with a socket. */
  static Service withSocket(Service honest, int pid, String socket) {
    return changed(honest, pid, honest.bundle(), honest.descriptors(), honest.uid(), socket);
  }

  /** The same in another pid namespace, of a user, with a socket. */
  static Service fromElsewhere(Service honest, int uid, String socket) {
    Service lie = changed(honest, honest.pid(), honest.bundle(), honest.descriptors(), uid, socket);
    return new Service(
        lie.name(),
        lie.kind(),
        lie.instance(),
        lie.revision(),
        lie.generation(),
        lie.pid(),
        lie.startTime(),
        lie.pidNamespace() + 1,
        lie.uid(),
        lie.bundle(),
        lie.capabilities(),
        lie.descriptors(),
        lie.socket());
  }

  private static Service changed(
      Service honest,
      int pid,
      int bundle,
      List<ServiceDescriptor> descriptors,
      int uid,
      String socket) {
    return new Service(
        honest.name(),
        honest.kind(),
        honest.instance(),
        honest.revision(),
        honest.generation(),
        pid,
        honest.startTime(),
        honest.pidNamespace(),
        uid,
        bundle,
        honest.capabilities(),
        descriptors,
        socket);
  }

  @Override
  public void close() {
    event.close();
    memory.close();
    directory.close();
  }
}
