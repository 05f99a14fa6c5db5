package io.millrace.ring;

import io.millrace.SystemCallException;
import io.millrace.os.Descriptor;
import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.PidFd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A process that watches the members of its parent's ring. The first time it has no descriptor left
 * for that, the second time it has.
 */
final class DeathWatchWithoutDescriptors {
  private DeathWatchWithoutDescriptors() {}

  /** The pid of the parent, and the descriptors of its ring. */
  public static void main(String[] arguments) throws IOException {
    int[] told = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    try (Ring ring = RingChild.join(told[0], Arrays.copyOfRange(told, 1, told.length));
        Epoll epoll = new Epoll()) {
      DeathWatch watch = new DeathWatch(ring.core.memory, ring.core.membership, epoll);
      lines.readLine();
      loadClasses(ring);
      List<Descriptor> filler = new ArrayList<>();
      try {
        while (true) {
          filler.add(EventFd.create().descriptor());
        }
      } catch (SystemCallException full) {
        watch.refresh();
      }
      watch.sawDeath();
      System.out.println("watches " + (watch.isComplete() ? "all" : "not all"));
      lines.readLine();
      filler.forEach(Descriptor::close);
      watch.refresh();
      System.out.println("saw a death: " + watch.sawDeath());
      watch.close();
    }
  }

  /** What cannot be loaded any more when there is no descriptor left. */
  private static void loadClasses(Ring ring) {
    try (Epoll epoll = new Epoll()) {
      DeathWatch watch = new DeathWatch(ring.core.memory, ring.core.membership, epoll);
      watch.refresh();
      watch.close();
      PidFd.open(-1);
    } catch (SystemCallException noSuchProcess) {
      // As expected.
    }
  }
}
