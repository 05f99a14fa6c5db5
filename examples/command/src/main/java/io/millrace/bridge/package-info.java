/**
 * Carries rings and topics to other hosts. {@link io.millrace.bridge.BridgeSender} reads them and
 * sends them over Aeron, with Aeron Archive as the store that late and restarted receivers read
 * from; {@link io.millrace.bridge.BridgeReceiver} publishes them on its host. The page {@code
 * BRIDGE.md} says what holds in which arrangement.
 */
package io.millrace.bridge;
