/**
 * The market-data example: a feed process replays a day of one order book into a ring, from which
 * three groups and an observer read; two venues publish trades to one topic. Any of them may be
 * killed; nothing is lost.
 *
 * <ul>
 *   <li>{@link io.millrace.examples.marketdata.MarketData} starts, kills and checks;
 *   <li>{@link io.millrace.examples.marketdata.Feed} publishes the lines of a file, and goes on
 *       behind the last recorded line when it is started again;
 *   <li>{@link io.millrace.examples.marketdata.Follower} is a consumer of one of the groups;
 *   <li>{@link io.millrace.examples.marketdata.Screen} is an observer, which holds nobody back, and
 *       a subscriber of the topic;
 *   <li>{@link io.millrace.examples.marketdata.Venue} is one of the publishers of the topic.
 * </ul>
 */
package io.millrace.examples.marketdata;
