package io.millrace.discovery;

import io.millrace.ClosedException;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.publish.Publisher;
import io.millrace.message.MessageSchema;
import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingException;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Hammer;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Every public method of a registry, a view and of what they make, from two threads, while a third
 * closes; in a process of its own, which a mistake would kill.
 *
 * <p>What was closed gives its descriptors' numbers to directories in which files of the same names
 * lie: a call on a number of old would hit those.
 */
final class ClosingHammer {
  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final int BAITS = 24;

  private final Random random;
  private final Hammer hammer;
  private final Path place;
  private final Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(1));
  private final EventFd event = EventFd.create();
  private final Queue<AutoCloseable> made = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> reported = new ConcurrentLinkedQueue<>();

  private ClosingHammer(long seed, Path place) {
    this.place = place;
    random = new Random(seed);
    Predicate<Service> any = service -> true;
    hammer =
        new Hammer(seed, ClosingHammer::isAllowed)
            .argument(String.class, among(NAMES))
            .argument(Duration.class, among(List.of(Duration.ZERO, Duration.ofMillis(5))))
            .argument(ServiceSpec.class, this::spec)
            .argument(Ring.class, among(List.of(ring)))
            .argument(
                RingOptions.class, among(List.of(RingOptions.capacity(64 * 1024).maxWaiters(1))))
            .argument(List.class, among(List.of(List.of(), List.of(GroupOptions.named("readers")))))
            .argument(Capabilities.class, r -> Capabilities.none().with("n", r.nextInt()))
            .argument(MessageSchema.class, among(List.of(MessageSchema.of(Runnable.class))))
            .argument(Predicate.class, among(List.of(any)))
            .argument(ServiceListener.class, among(List.of((ServiceListener) service -> {})))
            .argument(Service.class, r -> service(r))
            .follow(Publication.class, Adoption.class, Acquisition.class)
            .spare("take", "takeRing") // Their taker would have to close them.
            .results(this::keepOrClose);
  }

  private static <T> Function<Random, T> among(List<T> values) {
    return random -> values.get(random.nextInt(values.size()));
  }

  private ServiceSpec spec(Random random) {
    ServiceSpec spec = ServiceSpec.named(NAMES.get(random.nextInt(NAMES.size())));
    return random.nextBoolean()
        ? spec
        : spec.descriptor(event.descriptor().number(), DescriptorKind.EVENT)
            .access((uid, gid) -> true);
  }

  private Service service(Random random) {
    return Publisher.describe(spec(random), random.nextLong(), List.of(), null, "");
  }

  /** Results of the later rounds are taken out of use at once as often as not. */
  private void keepOrClose(Object result) {
    if (result instanceof AutoCloseable closeable) {
      made.add(closeable);
      if (result.hashCode() % 2 == 0 || result instanceof Ring) {
        close(closeable);
      }
    }
  }

  private static boolean isAllowed(Throwable thrown) {
    return thrown instanceof ClosedException
        || thrown instanceof DiscoveryException // The name is taken, there is no such service.
        || thrown instanceof RingException;
  }

  private void round() throws InterruptedException, IOException {
    Path root = Files.createTempDirectory(place, "root");
    RegistryOptions options =
        RegistryOptions.defaults().root(root).errorHandler(failure -> reported.add(failure));
    Registry observer = Registry.open(root);
    Registry publisher = Registry.open(options);
    Registry joiner = Registry.open(options.transfer(Transfer.SOCKET));
    RegistryView view = RegistryView.open(options);
    Publication publication = publisher.publish(spec(random));
    Alive alive = Alive.hold(root.resolve(".alive"));
    List<Directory> baits = new ArrayList<>();
    hammer.strike(
        2,
        () -> {
          if (random.nextInt(4) == 0) {
            Shutdown.withdrawAll();
          }
          publication.close();
          publisher.close();
          view.close();
          joiner.close();
          alive.close();
          for (int i = 0; i < BAITS; i++) {
            baits.add(Directory.open(place.resolve("bait")));
          }
          publisher.close();
          view.close();
        },
        publisher,
        joiner,
        view,
        publication,
        alive);
    baits.forEach(Directory::close);
    for (String name : NAMES) {
      if (!Files.exists(place.resolve("bait").resolve(name))) {
        throw new AssertionError("a call on a descriptor that was closed has removed " + name);
      }
    }
    List<Service> left = observer.list();
    if (!left.isEmpty()) {
      throw new AssertionError("published still: " + left);
    }
    made.forEach(ClosingHammer::close);
    made.clear();
    observer.close();
  }

  private static void close(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception failure) {
      throw new AssertionError("closing " + one, failure);
    }
  }

  /**
   * Prints "done", or dies.
   *
   * @param arguments the seed, the number of rounds, an empty directory
   */
  public static void main(String[] arguments) throws Exception {
    Path place = Path.of(arguments[2]);
    Path bait = Files.createDirectory(place.resolve("bait"));
    for (String name : NAMES) {
      Files.writeString(bait.resolve(name), "not yours");
    }
    ClosingHammer hammer = new ClosingHammer(Long.parseLong(arguments[0]), place);
    hammer.round(); // What the process keeps for itself is opened here.
    int rounds = Integer.parseInt(arguments[1]);
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          for (int i = 0; i < rounds; i++) {
            hammer.round();
          }
        });
    for (Throwable failure : hammer.reported) {
      if (!isAllowed(failure)) {
        throw new AssertionError("told to the error handler", failure);
      }
    }
    hammer.ring.close();
    hammer.event.close();
    System.out.println("done");
  }
}
