package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.FileContent;

/**
 * A published service of this process. Closing it withdraws the service; so does the end of the
 * process, however it comes.
 *
 * <p>Any thread may use it.
 */
public final class Publication implements AutoCloseable {
  private final Directory directory;
  private final Parcel parcel;
  private final Runnable onEnd;
  // Never handed to another process: the lock on it is what tells that this one lives.
  private final Descriptor locked;
  // The same file opened by its name. What happens to the nameless one is not told to those who
  // watch the directory; writing and closing this one is, also when the process is killed.
  private final Descriptor named;
  private volatile Service service;
  private boolean ended;

  Publication(Directory directory, Publisher.Published published, Parcel parcel, Runnable onEnd) {
    this.directory = directory;
    this.locked = published.locked();
    this.service = published.service();
    this.parcel = parcel;
    this.onEnd = onEnd;
    this.named = directory.openFile(service.name(), true);
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
   * Replaces the capabilities. Whoever reads the record gets the old ones or the new ones, never a
   * mixture, also when this process is killed meanwhile.
   *
   * @param capabilities the new ones
   * @throws DiscoveryException if the service has been withdrawn
   * @throws IllegalArgumentException if they are too long for a record
   */
  public synchronized void update(Capabilities capabilities) {
    if (ended) {
      throw new DiscoveryException("service " + service.name() + " has been withdrawn");
    }
    Service changed = service.updated(capabilities);
    byte[] record = RecordEncoder.encode(changed);
    Descriptor file = named == null ? locked : named;
    FileContent.write(file, record, RecordLayout.slotOf(changed.revision()));
    service = changed;
  }

  /** Withdraws the service; those who joined keep what they have. Closing twice is no error. */
  @Override
  public synchronized void close() {
    end(true);
  }

  /**
   * Stops to publish without withdrawing, as if this process had died: a member that {@linkplain
   * Registry#publish publishes} the service goes on with it.
   */
  public synchronized void handOver() {
    end(false);
  }

  private void end(boolean withdraw) {
    if (ended) {
      return;
    }
    ended = true;
    try {
      if (withdraw) {
        directory.unlink(service.name());
      }
    } finally {
      // First of all: a joiner that finds the lock held knows that the number in the record was
      // still that of the parcel when it copied it, and one that got nothing because the service
      // is not offered any more learns the reason. And watchers are told by the closing of the
      // named one to look at the lock.
      locked.close();
      if (named != null) {
        named.close();
      }
      onEnd.run();
      if (parcel != null) {
        parcel.close();
      }
    }
  }

  @Override
  public String toString() {
    return "publication of " + service.name();
  }
}
