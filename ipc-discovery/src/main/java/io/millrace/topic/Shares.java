package io.millrace.topic;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which publishers each of the competing subscribers reads. All compute the same from the same
 * names: nobody has more than its share, rounded up, and where that allows it a publisher stays
 * with whom it had when subscribers come and go.
 */
final class Shares {
  private Shares() {}

  /**
   * The share of one.
   *
   * @param publishers the names of all publishers
   * @param subscribers the names of all subscribers that compete for them
   * @param self one of these
   * @return the names of the publishers that it reads
   */
  static Set<String> of(
      Collection<String> publishers, Collection<String> subscribers, String self) {
    TreeSet<String> readers = new TreeSet<>(subscribers);
    readers.add(self);
    int most = Math.ceilDiv(publishers.size(), readers.size());
    Map<String, Integer> loads = new HashMap<>();
    Set<String> mine = new HashSet<>();
    for (String publisher : new TreeSet<>(publishers)) {
      String best = null;
      long bestRank = 0;
      for (String reader : readers) {
        long rank = rank(publisher, reader);
        if (loads.getOrDefault(reader, 0) < most
            && (best == null || Long.compareUnsigned(rank, bestRank) > 0)) {
          best = reader;
          bestRank = rank;
        }
      }
      loads.merge(best, 1, Integer::sum);
      if (self.equals(best)) {
        mine.add(publisher);
      }
    }
    return mine;
  }

  private static long rank(String publisher, String reader) {
    long mixed = (publisher.hashCode() * 0x9e3779b97f4a7c15L) ^ reader.hashCode();
    mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
    return mixed ^ mixed >>> 32;
  }
}
