/**
 * The orders example: clients place orders by requests, and server processes compete for them. A
 * server is killed with an order in its hands; each order is answered once, or its client is told
 * that the server which had taken it is gone.
 *
 * <ul>
 *   <li>{@link io.millrace.examples.orders.OrderDesk} starts, kills and checks;
 *   <li>{@link io.millrace.examples.orders.OrderClient} asks, one at a time by {@code call}, and
 *       many at a time by {@code send} and {@code poll}: the loop to copy;
 *   <li>{@link io.millrace.examples.orders.OrderServer} answers: at once, later, with an error, and
 *       behind the death of another one;
 *   <li>{@link io.millrace.examples.orders.NewOrder} is the message that places an order;
 *   <li>{@link io.millrace.examples.orders.OrderBook} is the file in which orders are booked.
 * </ul>
 */
package io.millrace.examples.orders;
