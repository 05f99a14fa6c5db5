package io.millrace.perf.bench;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.FileContent;
import io.millrace.os.Inotify;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Announces the time of its announcement to those who listen, in a directory. */
interface Announcements extends AutoCloseable {
  /** A nameless file that is linked, and inotify: nothing else. */
  String BARE = "linkat-inotify";

  /** Publishes the time under a name, and returns how to withdraw it. */
  AutoCloseable announce(String name, long nanos);

  /** Calls for each announced time, for ever, by a thread that sleeps in between. */
  void listen(LongConsumer each) throws Exception;

  @Override
  void close();

  static Announcements of(String subject, Path directory) {
    return subject.equals(BARE)
        ? new Bare(Directory.open(directory))
        : new Services(Registry.open(directory));
  }

  /** Millrace's. */
  record Services(Registry registry) implements Announcements {
    @Override
    public Publication announce(String name, long nanos) {
      return registry.publish(
          ServiceSpec.named(name).capabilities(Capabilities.none().with("nanos", nanos)));
    }

    @Override
    public void listen(LongConsumer each) throws Exception {
      registry.watch(service -> each.accept(service.capabilities().number("nanos", 0)));
      Thread.currentThread().join();
    }

    @Override
    public void close() {
      registry.close();
    }
  }

  /** What it comes to at least. */
  record Bare(Directory directory) implements Announcements {
    @Override
    public AutoCloseable announce(String name, long nanos) {
      Descriptor file = directory.createNamelessFile(0600);
      byte[] content =
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(nanos).array();
      FileContent.write(file, content);
      directory.link(file, name);
      return () -> {
        directory.unlink(name);
        file.close();
      };
    }

    @Override
    public void listen(LongConsumer each) {
      try (Inotify inotify = new Inotify(directory, Inotify.CREATE);
          Epoll epoll = new Epoll()) {
        epoll.add(inotify.descriptor().number(), Epoll.IN, 0);
        while (true) {
          epoll.await(Epoll.FOREVER);
          inotify.drain((mask, name) -> look(name, each));
        }
      }
    }

    private void look(String name, LongConsumer each) {
      // The kernel tells of the nameless file as well.
      if (name.startsWith("#")) {
        return;
      }
      try (Descriptor file = directory.openFile(name, false)) {
        if (file != null) {
          byte[] content = FileContent.readOnce(file, Long.BYTES);
          each.accept(ByteBuffer.wrap(content).order(ByteOrder.nativeOrder()).getLong());
        }
      }
    }

    @Override
    public void close() {
      directory.close();
    }
  }
}
