package io.millrace.request;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** The calls of a server that are to be answered later, by their tokens. */
final class TakenCalls {
  private static final int INDEX_BITS = 24;
  private static final int MOST = 1 << INDEX_BITS;

  /** Those that are taken, at their indexes, and null in between. */
  private ServedCall[] all = {};

  /** The indexes at which there is none. */
  private int[] gaps = {};

  private int gapCount;

  /** Objects to be used again. */
  private ServedCall[] spares = {};

  private int spareCount;

  /** From anywhere, so that a token of another server is none of this one. */
  private long taken = ThreadLocalRandom.current().nextLong(1L << Long.SIZE - 2 - INDEX_BITS);

  /** One to be used for the next request. */
  ServedCall spare() {
    return spareCount == 0 ? new ServedCall() : spares[--spareCount];
  }

  /** Returns false if there is no room for another one. */
  boolean makeRoom() {
    if (gapCount == 0 && all.length < MOST) {
      grow();
    }
    return gapCount > 0;
  }

  /** Where there is room. Returns the token, which is never used again. */
  long add(ServedCall call) {
    int index = gaps[--gapCount];
    all[index] = call;
    call.token = ++taken << INDEX_BITS | index;
    call.client.taken++;
    return call.token;
  }

  private void grow() {
    int before = all.length;
    int after = Math.min(MOST, Math.max(16, 2 * before));
    all = Arrays.copyOf(all, after);
    gaps = Arrays.copyOf(gaps, after);
    spares = Arrays.copyOf(spares, after + 1);
    for (int i = after - 1; i >= before; i--) {
      gaps[gapCount++] = i;
    }
  }

  /** Returns null if the token is over. */
  ServedCall find(long token) {
    int index = (int) token & MOST - 1;
    ServedCall call = token > 0 && index < all.length ? all[index] : null;
    return call != null && call.token == token ? call : null;
  }

  void remove(ServedCall call) {
    int index = (int) call.token & MOST - 1;
    all[index] = null;
    gaps[gapCount++] = index;
    call.client.taken--;
    call.token = 0;
  }

  /** One that was removed, and that nobody holds any more, is to be used again. */
  void recycle(ServedCall call) {
    spares[spareCount++] = call;
  }

  /** So many indexes there are. */
  int bound() {
    return all.length;
  }

  /** Returns null where there is none. */
  ServedCall get(int index) {
    return all[index];
  }

  /** How many are taken. */
  int count() {
    return all.length - gapCount;
  }
}
