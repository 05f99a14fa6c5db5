package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.discovery.User;
import io.millrace.discovery.model.AccessRule;
import io.millrace.os.Credentials;
import io.millrace.ring.GroupOptions;
import io.millrace.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A topic in a registry that a group of users shares. */
@Timeout(180)
class TopicAccessTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int GROUP = 4242;
  private static final int PUBLISHING_USER = 4301;
  private static final int READING_USER = 4302;
  private static final int OTHER_USER = 4303;

  @TempDir Path temporary;
  private Path root;

  /** Loads what is needed, while this user may read the class path. */
  private static void rehearse() throws Exception {
    Path scene = Files.createTempDirectory("rehearsal");
    Log log = new Log();
    try (Registry registry = Registry.open(scene);
        TopicSubscriber subscriber = Topic.subscriber(registry, "t", GroupOptions.named("g"));
        TopicPublisher publisher =
            Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16))) {
      log.subscriber = subscriber;
      Log.publish(publisher, 1);
      log.pollUntilCount(1);
    }
    Files.delete(scene);
  }

  /** Publishes a number for each line. */
  static final class Publisher {
    public static void main(String[] arguments) throws Exception {
      rehearse();
      User.become(PUBLISHING_USER, GROUP);
      PublisherOptions options =
          PublisherOptions.capacity(1 << 16).required(GroupOptions.named("late"));
      if (arguments[1].equals("group")) {
        options = options.access(AccessRule.groups(GROUP));
      }
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          TopicPublisher publisher = Topic.publisher(registry, "t", options)) {
        System.out.println("ready");
        while (System.in.read() >= 0) {
          Log.publish(publisher, 1);
        }
      }
    }
  }

  /** Tells what comes. */
  static final class Reader {
    public static void main(String[] arguments) throws Exception {
      rehearse();
      User.become(Integer.parseInt(arguments[1]), GROUP);
      Log log = new Log();
      GroupOptions group = GroupOptions.named(arguments[2]);
      SubscriberOptions options =
          SubscriberOptions.group(arguments[2].equals("late") ? group.retained() : group)
              .access(AccessRule.groups(GROUP))
              .listener(log);
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          TopicSubscriber subscriber = Topic.subscriber(registry, "t", options)) {
        log.subscriber = subscriber;
        System.out.println("reading");
        int records = 0;
        int news = 0;
        while (System.in.available() == 0) {
          subscriber.poll(log, 10);
          for (; news < log.news.size(); news++) {
            System.out.println(log.news.get(news).split(" ")[0]);
          }
          for (; records < log.count(); records++) {
            System.out.println("record");
          }
          log.refusals.forEach(refusal -> System.out.println("because " + refusal));
          log.refusals.clear();
        }
      }
    }
  }

  @BeforeEach
  void shareARoot() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can become another user");
    root = Files.createDirectory(temporary.resolve("root"));
    Files.setAttribute(root, "unix:gid", GROUP);
    Files.setAttribute(root, "unix:mode", 02770);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private ChildProcess publisher(String access) {
    ChildProcess publisher = ChildProcess.start(Publisher.class, root.toString(), access);
    publisher.expectLine("ready", DEADLINE);
    return publisher;
  }

  private ChildProcess reader(int user, String group) {
    ChildProcess reader = ChildProcess.start(Reader.class, root.toString(), "" + user, group);
    reader.expectLine("reading", DEADLINE);
    return reader;
  }

  @Test
  void aSubscriberOfAnotherUserReadsIfThePublisherLetsItsGroup() {
    try (ChildProcess reader = reader(READING_USER, "g");
        ChildProcess publisher = publisher("group")) {
      reader.expectLine("came", DEADLINE);
      publisher.send("");
      reader.expectLine("record", DEADLINE);
    }
  }

  @Test
  void withoutARuleItIsToldThatItMayNot() {
    try (ChildProcess reader = reader(READING_USER, "g");
        ChildProcess publisher = publisher("user")) {
      reader.expectLine("refused", DEADLINE);
      String why = reader.expectLine("because", DEADLINE);
      assertTrue(why.contains("TransferException"), why);
      try (ChildProcess same = reader(PUBLISHING_USER, "g")) {
        same.expectLine("came", DEADLINE);
        publisher.send("");
        same.expectLine("record", DEADLINE);
      }
    }
  }

  @Test
  void whatARequiredGroupHasNotReadIsHadFromASubscriberOfAnotherUser() {
    try (ChildProcess keeper = reader(READING_USER, "g")) {
      try (ChildProcess publisher = publisher("group")) {
        keeper.expectLine("came", DEADLINE);
        publisher.send("");
        keeper.expectLine("record", DEADLINE);
        publisher.kill();
      }
      keeper.expectLine("DIED", DEADLINE);
      try (ChildProcess late = reader(OTHER_USER, "late")) {
        late.expectLine("record", DEADLINE);
      }
    }
  }
}
