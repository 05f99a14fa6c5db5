package io.millrace.discovery;

import io.millrace.ClosedException;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.publish.Publisher;
import io.millrace.discovery.record.RecordLayout;
import io.millrace.discovery.record.ServiceEncoder;
import io.millrace.discovery.transfer.DescriptorBundle;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.EndOfProcess;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;

/**
 * A published service of this process. Closing it withdraws the service; so does the end of the
 * process, however it comes.
 *
 * <p>Any thread may use it.
 */
public final class Publication implements AutoCloseable {
  private final Guests guests;
  private final Directory directory;
  private final DescriptorBundle bundle;
  private final Runnable onEnd;
  // Never handed to another process: the lock on it is what tells that this one lives.
  private final Descriptor locked;
  // The same file opened by its name. What happens to the nameless one is not told to those who
  // watch the directory; writing and closing this one is, even when the process is killed.
  private final Descriptor named;
  private final FileStatus identity;
  private final EndOfProcess.Action atEnd;
  private volatile Service service;
  private boolean ended;

  /**
   * Begins. The caller is one of the guests; this is one more, until it has ended.
   *
   * @param isAdopted true if others are to go on with it when this process ends
   */
  Publication(
      Guests guests,
      Directory directory,
      Publisher.Published published,
      DescriptorBundle bundle,
      boolean isAdopted,
      Runnable onEnd) {
    this.guests = guests;
    this.directory = directory;
    this.locked = published.locked();
    this.service = published.service();
    this.bundle = bundle;
    this.onEnd = onEnd;
    this.identity = locked.status();
    this.atEnd = EndOfProcess.action(isAdopted ? this::handOver : this::close);
    guests.enter();
    Descriptor opened = null;
    try {
      opened = openByName();
    } catch (RuntimeException | Error failure) {
      guests.exit();
      throw failure;
    }
    this.named = opened;
  }

  /** From now on the end of the process, if it comes in good order, ends it. */
  void endWithProcess() {
    atEnd.add();
  }

  /** Returns {@code null} if the name was taken from it already: that is no file to write to. */
  private Descriptor openByName() {
    Descriptor opened = directory.openFile(service.name(), true);
    boolean own = false;
    try {
      own = opened != null && opened.status().isSameFile(identity);
      return own ? opened : null;
    } finally {
      if (opened != null && !own) {
        opened.close();
      }
    }
  }

  /**
   * What is published.
   *
   * @return the service as others see it now
   */
  public Service service() {
    return service;
  }

  /**
   * Replaces the capabilities. A reader of the record gets the old ones or the new ones, never a
   * mixture, even when this process is killed meanwhile.
   *
   * @param capabilities the new ones
   * @throws ClosedException if the service has been withdrawn, by this object, with its registry or
   *     at the end of the process
   * @throws IllegalArgumentException if they are too long for a record
   */
  public synchronized void update(Capabilities capabilities) {
    if (ended) {
      throw new ClosedException("service " + service.name() + " has been withdrawn");
    }
    Service changed = updated(service, capabilities);
    byte[] record = ServiceEncoder.encode(changed);
    Descriptor file = named == null ? locked : named;
    FileContent.write(file, record, RecordLayout.slotOf(changed.revision()));
    service = changed;
  }

  private static Service updated(Service service, Capabilities capabilities) {
    return new Service(
        service.name(),
        service.kind(),
        service.instance(),
        service.revision() + 1,
        service.generation(),
        service.pid(),
        service.startTime(),
        service.pidNamespace(),
        service.uid(),
        service.bundle(),
        capabilities,
        service.descriptors(),
        service.socket());
  }

  /**
   * Withdraws the service; those who joined keep what they have. Any thread may close, even an
   * access rule. Closing twice does nothing, and neither does closing after the registry.
   */
  @Override
  public void close() {
    end(true);
  }

  /**
   * Stops publishing without withdrawing, as if this process had died: a member that {@linkplain
   * Registry#publish publishes} the service goes on with it. Does nothing once it has ended.
   */
  public void handOver() {
    end(false);
  }

  private void end(boolean withdraw) {
    boolean first = false;
    try {
      synchronized (this) {
        first = !ended;
        ended = true;
        if (first) {
          atEnd.cancel();
          release(withdraw);
        }
      }
    } finally {
      if (first) {
        guests.exit();
      }
    }
  }

  private void release(boolean withdraw) {
    // The locks go first: a joiner that finds the lock held knows that the number in the record was
    // still that of the bundle when it copied it, and one that got nothing because the service is
    // not offered any more learns the reason. And watchers are told by the closing of the named one
    // to look at the lock.
    Closing.closeAll(
        () -> {
          if (withdraw) {
            Publisher.withdraw(directory, service.name(), identity);
          }
        },
        locked,
        named,
        onEnd::run,
        bundle);
  }

  @Override
  public String toString() {
    return "publication of " + service.name();
  }
}
