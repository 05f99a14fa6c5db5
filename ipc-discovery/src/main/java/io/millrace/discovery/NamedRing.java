package io.millrace.discovery;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.message.MessageSchema;
import io.millrace.os.Closing;
import io.millrace.os.Patience;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * One ring that is shared by all who name it: the first to come makes it, and those who are left
 * keep it. Made by {@link Registry#createOrJoinRing(String, RingOptions)}.
 *
 * <p>Each member is ready to publish the ring again, so it can be found as long as any of them
 * lives. Any thread may use it.
 */
public final class NamedRing implements AutoCloseable {
  private static final String MEMBER_KIND = "ring-member";
  private static final String NAME = "ring";
  private static final String JOINED = "joined";

  private final Ring ring;
  private final Adoption adoption;
  private final Publication presence;
  private final boolean isCreator;

  private NamedRing(Ring ring, Adoption adoption, Publication presence, boolean isCreator) {
    this.ring = ring;
    this.adoption = adoption;
    this.presence = presence;
    this.isCreator = isCreator;
  }

  static NamedRing createOrJoin(
      Registry registry,
      String name,
      RingOptions options,
      List<GroupOptions> groups,
      MessageSchema schema) {
    // A member says that it is one. So a process that comes in the moment between the end of a
    // publisher and the next one waits for it, and does not make another ring.
    Publication presence = registry.publish(describe(name));
    try {
      return createOrJoin(registry, name, options, groups, schema, presence);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, presence);
      throw failure;
    }
  }

  private static NamedRing createOrJoin(
      Registry registry,
      String name,
      RingOptions options,
      List<GroupOptions> groups,
      MessageSchema schema,
      Publication presence) {
    Patience patience = Patience.usual();
    do {
      Ring joined = tryJoin(registry, name);
      boolean isNew = joined == null && !isKept(registry, name, presence);
      if (isNew) {
        joined = create(options, groups, schema);
      }
      if (joined != null) {
        Adoption adoption = null;
        try {
          if (schema != null) {
            schema.requireCompatible(joined);
          }
          presence.update(presence.service().capabilities().with(JOINED, true));
          adoption = registry.adopt(name, joined);
          if (isPublished(registry, name, adoption, patience)) {
            return new NamedRing(joined, adoption, presence, isNew);
          }
        } catch (RuntimeException | Error failure) {
          Closing.closeAfter(failure, adoption, joined);
          throw failure;
        }
        Closing.closeAll(adoption, joined);
        presence.update(presence.service().capabilities().with(JOINED, false));
      }
    } while (patience.pause());
    throw new DiscoveryException(
        "ring "
            + name
            + " was not published for "
            + Patience.USUAL.toSeconds()
            + " s, though others have it; they are stopped, or come and go all the time");
  }

  private static Ring create(RingOptions options, List<GroupOptions> groups, MessageSchema schema) {
    Ring ring = Ring.create(options);
    try {
      if (schema != null) {
        schema.attachTo(ring);
      }
      groups.forEach(group -> ring.addGroup(group.retained()));
      return ring;
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, ring);
      throw failure;
    }
  }

  /** Returns null if there is none. */
  private static Ring tryJoin(Registry registry, String name) {
    try {
      return registry.joinRing(name);
    } catch (NoSuchServiceException none) {
      return null;
    }
  }

  /** Somebody else has the ring, and is about to publish it again. */
  private static boolean isKept(Registry registry, String name, Publication presence) {
    return PolledWatch.list(registry, one -> one.startsWith(prefix(name))).stream()
        .anyMatch(
            member ->
                member.instance() != presence.service().instance()
                    && member.capabilities().text(NAME, "").equals(name)
                    && member.capabilities().text(JOINED, "").equals("true"));
  }

  /** Waits for the name to settle. Returns false if it is that of another ring by then. */
  private static boolean isPublished(
      Registry registry, String name, Adoption adoption, Patience patience) {
    do {
      if (adoption.state() == Adoption.State.PUBLISHING) {
        return true;
      }
      Service found = registry.find(name).orElse(null);
      if (found != null) {
        return adoption.isSame(found);
      }
    } while (patience.pause());
    return false;
  }

  private static ServiceSpec describe(String name) {
    return ServiceSpec.named(
            prefix(name) + String.format("%016x", ThreadLocalRandom.current().nextLong()))
        .kind(MEMBER_KIND)
        .capabilities(Capabilities.none().with(NAME, name).with(JOINED, false));
  }

  /** By which others pass over the record unopened. */
  private static String prefix(String name) {
    CRC32C hash = new CRC32C();
    hash.update(name.getBytes(StandardCharsets.US_ASCII));
    return String.format("ring-member.%08x.", hash.getValue());
  }

  /**
   * The ring.
   *
   * @return the same one for all members
   */
  public Ring ring() {
    return ring;
  }

  /**
   * Tells whether this process made the ring, rather than found it.
   *
   * @return true for exactly one of those who share it
   */
  public boolean isCreator() {
    return isCreator;
  }

  /**
   * Leaves, and closes the ring in this process. If this process publishes it another member does
   * so from now on; with the last member the ring is gone and its name is free.
   */
  @Override
  public void close() {
    Closing.closeAll(adoption, ring, presence);
  }
}
