package io.millrace.topic;

import io.millrace.peer.PeerNames;

/**
 * What the members of a topic are called in the registry: {@code topic.HASH.ID} its publishers,
 * {@code topic-reader.HASH.ID} its subscribers.
 */
final class TopicNames {
  static final PeerNames PUBLISHERS = new PeerNames(TopicRecord.KIND_PUBLISHER);
  static final PeerNames READERS = new PeerNames(TopicRecord.KIND_READER);

  private TopicNames() {}
}
