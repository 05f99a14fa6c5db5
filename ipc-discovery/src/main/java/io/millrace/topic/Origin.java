package io.millrace.topic;

import io.millrace.discovery.model.Capabilities;

/**
 * The publisher that records are from. It stays the same for all records that come out of one ring,
 * even when its publisher has ended and a subscriber publishes the ring. Immutable.
 *
 * @param topic the name of the topic
 * @param name the service under which its ring is found; never used again
 * @param pid its process, in its own pid namespace
 * @param instance a random number that tells this publisher from every other one
 * @param generation the generation of that service
 * @param capabilities what the publisher said of itself
 */
public record Origin(
    String topic,
    String name,
    int pid,
    long instance,
    long generation,
    Capabilities capabilities) {}
