package io.millrace.message.runtime;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.agrona.DirectBuffer;

/** The entries of a group of the message that is being read. Empty once that is over. */
public final class Entries implements Iterable<Object> {
  private final ReaderBase reader;
  private final int group;
  private final Shape shape;
  private DirectBuffer buffer;
  private int start;
  private int end;
  private int block;
  private int count;
  private int version;

  /** Counts messages, so that an iterator that was kept gets nothing of a later one. */
  private long opened;

  Entries(ReaderBase reader, int group, Shape shape) {
    this.reader = reader;
    this.group = group;
    this.shape = shape;
  }

  /** Returns the position behind the group, all of which is inside the message. */
  int open(DirectBuffer from, int at, int limit, int acting) {
    if (limit - at < MessageLayout.GROUP_HEADER) {
      throw shape.malformed("the message ends in front of it");
    }
    int dimensions = from.getInt(at);
    opened++;
    buffer = from;
    start = at + MessageLayout.GROUP_HEADER;
    end = limit;
    block = dimensions & 0xffff;
    count = dimensions >>> 16;
    version = acting;
    shape.requireBlock(block, acting);
    int position = start;
    if (shape.dataParts() == 0) {
      requireRoom((long) count * block, position);
      return position + count * block;
    }
    for (int i = 0; i < count; i++) {
      requireRoom(block, position);
      position += block;
      for (int part = 0; part < shape.dataParts(); part++) {
        position +=
            MessageLayout.DATA_HEADER + ReaderBase.dataLength(from, position, limit, shape.name());
      }
    }
    return position;
  }

  private void requireRoom(long length, int position) {
    if (length > end - position) {
      throw shape.malformed(count + " entries do not fit into the message");
    }
  }

  /** Also for a group that the version of the message does not have. */
  void hide() {
    count = 0;
  }

  int count() {
    return count;
  }

  Object[] fill(Object[] array) {
    int position = start;
    for (int i = 0; i < array.length; i++) {
      requireRoom(block, position);
      array[i] = reader.entry(group, buffer, position, block, version, end);
      position = reader.next;
    }
    return array;
  }

  @Override
  public Iterator<Object> iterator() {
    return new Walk();
  }

  private final class Walk implements Iterator<Object> {
    private final long message = opened;
    private int taken;
    private int position = start;

    @Override
    public boolean hasNext() {
      return message == opened && taken < count;
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the group has no more entries, or its message is over");
      }
      requireRoom(block, position);
      Object entry = reader.entry(group, buffer, position, block, version, end);
      position = reader.next;
      taken++;
      return entry;
    }
  }
}
