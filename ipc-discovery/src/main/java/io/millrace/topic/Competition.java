package io.millrace.topic;

import io.millrace.discovery.model.Service;
import io.millrace.peer.PeerWait;
import io.millrace.ring.DamagedRingException;
import io.millrace.ring.GroupInUseException;
import io.millrace.topic.SubscriberOptions.Mode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Takes publishers and gives them away, so that each competing subscriber has its share. */
final class Competition {
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Subscription subscription;
  private final PeerWait wait;

  Competition(Subscription subscription, PeerWait wait) {
    this.subscription = subscription;
    this.wait = wait;
  }

  void rebalance() {
    if (subscription.options().mode() != Mode.COMPETING) {
      return;
    }
    List<String> rivals =
        subscription.roster().fellows().stream().filter(this::isRival).map(Service::name).toList();
    // All who compete reckon with the same names: those in the registry.
    Set<String> mine = Shares.of(subscription.roster().partners(), rivals, subscription.self());
    boolean changed = false;
    for (Source source : subscription.sources().copy()) { // A damaged one is left.
      boolean isMine = mine.contains(source.origin.name());
      source.wanted = isMine && !source.isRead();
      if (isMine && !source.isRead()) {
        changed |= tryToTake(source);
      } else if (!isMine && source.isRead() && source.listed) {
        wait.letGo(source);
        source.stopReading();
        changed = true;
      }
    }
    if (changed) {
      subscription.sources().update();
    }
  }

  private boolean isRival(Service reader) {
    return reader.capabilities().text(TopicRecord.MODE, "").equals(Mode.COMPETING.name())
        && subscription.isOfSameGroup(reader);
  }

  private boolean tryToTake(Source source) {
    try {
      source.consume();
      source.wanted = false;
      source.told = false;
      subscription.news().came(source);
      return true;
    } catch (GroupInUseException another) {
      // It has not noticed yet that it is to leave, or is in the middle of a record.
      source.due = System.nanoTime() + SOON_NANOS;
    } catch (DamagedRingException damage) {
      subscription.news().refused(source.origin, damage);
      subscription.sources().leave(source);
    } catch (RuntimeException failure) {
      subscription.life().requireOpen();
      if (source.taking.fails(failure)) {
        subscription.news().refused(source.origin, failure);
      }
      source.due = source.taking.due();
    }
    return false;
  }
}
