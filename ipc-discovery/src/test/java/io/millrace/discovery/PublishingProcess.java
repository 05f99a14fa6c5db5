package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Memfd;
import io.millrace.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A process that works on a registry as it is told, line by line: {@code publish NAME}, {@code
 * withdraw NAME} and so on. It begins with doing everything once in a directory of its own, so that
 * all classes are loaded.
 */
final class PublishingProcess {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int MEMORY_SIZE = 8192;

  private final Registry registry;
  private final Map<String, Publication> publications = new HashMap<>();
  private final Map<String, Adoption> adoptions = new HashMap<>();

  private PublishingProcess(Registry registry) {
    this.registry = registry;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 1) {
      warmUp(Path.of(arguments[1]));
    }
    try (Registry registry = Registry.open(Path.of(arguments[0]))) {
      PublishingProcess self = new PublishingProcess(registry);
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(self.answer(line.split(" ")));
      }
    }
  }

  private static void warmUp(Path root) throws Exception {
    try (Registry registry = Registry.open(root);
        Registry other = Registry.open(root)) {
      PublishingProcess self = new PublishingProcess(registry);
      for (int i = 0; i < 2; i++) {
        for (String line :
            List.of(
                "publish a",
                "update a b",
                "join a",
                "find a",
                "list",
                "withdraw a",
                "gc",
                "adopt a")) {
          self.answer(line.split(" "));
        }
        self.adoptions.remove("a").close();
        publish(other, "a").handOver();
        self.answer(new String[] {"publish", "a"});
        self.answer(new String[] {"handover", "a"});
        self.answer(new String[] {"find", "a"});
      }
    }
  }

  private String answer(String[] words) {
    boolean needed = words[0].matches("withdraw|update|handover");
    if (needed && !publications.containsKey(words[1])) {
      return "nothing to " + words[0];
    }
    try {
      return switch (words[0]) {
        case "publish", "takeover" -> {
          publications.put(words[1], publish(registry, words[1]));
          yield "published " + words[1];
        }
        case "withdraw" -> {
          publications.remove(words[1]).close();
          yield "withdrawn " + words[1];
        }
        case "update" -> {
          publications.get(words[1]).update(Capabilities.none().with("value", words[2]));
          yield "updated " + words[1];
        }
        case "handover" -> {
          publications.remove(words[1]).handOver();
          yield "handed over " + words[1];
        }
        case "adopt" -> {
          Adoption adoption = registry.adopt(specWithDescriptors(words[1]));
          adoptions.put(words[1], adoption);
          Eventually.await(
              "adoption", DEADLINE, () -> adoption.state() != Adoption.State.FOLLOWING);
          yield "adopting " + words[1];
        }
        case "gc" -> "collected " + registry.gc();
        case "allow" -> {
          int uid = Integer.parseInt(words[2]);
          ServiceSpec spec = specWithDescriptors(words[1]).access(AccessRule.users(uid));
          publications.put(words[1], registry.publish(spec));
          yield "published " + words[1];
        }
        case "become" -> {
          User.become(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
          yield "became " + words[1];
        }
        case "undumpable" -> {
          User.becomeUndumpable();
          yield "undumpable";
        }
        case "spawn" -> "spawned " + new ProcessBuilder("sleep", "600").start().pid();
        case "fill" -> {
          fill();
          yield "full";
        }
        case "free" -> {
          Files.delete(filler());
          yield "free";
        }
        case "files" ->
            "files "
                + Alien.names(registry.root()).stream()
                    .filter(name -> !name.startsWith(".server."))
                    .toList();
        case "join" -> join(words[1]);
        case "find" -> "found " + registry.find(words[1]).map(Service::pid).orElse(0);
        case "list" -> "listed " + registry.list().size();
        default -> throw new IllegalArgumentException(words[0]);
      };
    } catch (MillraceException | IOException failure) {
      return "failed " + failure.getClass().getSimpleName() + " " + failure.getMessage();
    }
  }

  private Path filler() {
    return registry.root().resolveSibling("filler");
  }

  /** Uses up the file system. */
  private void fill() throws IOException {
    try (OutputStream filler = Files.newOutputStream(filler())) {
      while (true) {
        filler.write(new byte[512]);
      }
    } catch (IOException full) {
      assertTrue(full.getMessage().contains("No space left"), full.getMessage());
    }
  }

  private String join(String name) {
    try (Acquisition joined = registry.acquire(name)) {
      return "joined " + joined.transfer() + " " + joined.descriptors().length;
    }
  }

  /** Publishes a piece of memory and two event descriptors. */
  static Publication publish(Registry registry, String name) {
    return registry.publish(specWithDescriptors(name));
  }

  static ServiceSpec specWithDescriptors(String name) {
    // Closed with the process: the publication has duplicates of its own.
    Descriptor memory = Memfd.create(name, MEMORY_SIZE);
    return ServiceSpec.named(name)
        .kind("test")
        .capabilities(Capabilities.none().with("value", "first"))
        .descriptor(memory.number(), DescriptorKind.RING)
        .descriptor(EventFd.create().descriptor().number(), DescriptorKind.EVENT)
        .descriptor(EventFd.create().descriptor().number(), DescriptorKind.EVENT);
  }
}
