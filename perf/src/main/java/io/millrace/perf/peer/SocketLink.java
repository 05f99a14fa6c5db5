package io.millrace.perf.peer;

import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.agrona.CloseHelper;

/** A Unix domain stream socket, through java.nio. For one sender. */
final class SocketLink implements Link {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of(
        "wait",
        place.waits() == Waits.SPIN ? "non-blocking channel" : "blocking channel",
        "sendBuffer",
        place.capacity());
  }

  @Override
  public Receiver receiver(LinkPlace place) throws IOException {
    return new End(place);
  }

  @Override
  public Sender sender(LinkPlace place) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(place.file()));
    channel.configureBlocking(place.waits() == Waits.BLOCK);
    channel.setOption(StandardSocketOptions.SO_SNDBUF, place.capacity());
    return new Start(channel, place.length());
  }

  private static final class End implements Receiver {
    private final ServerSocketChannel server;
    private final Frames frames;
    private final boolean blocks;
    private SocketChannel channel;

    End(LinkPlace place) throws IOException {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(place.file()));
      blocks = place.waits() == Waits.BLOCK;
      server.configureBlocking(blocks);
      frames = new Frames(place.length());
    }

    @Override
    public int poll(Sink sink, int limit) throws IOException {
      if (channel == null && !accept()) {
        return 0;
      }
      // Behind what is left of a message.
      int begun = frames.bytes().position();
      frames.bytes().position(frames.bytes().limit()).limit(frames.bytes().capacity());
      int read = channel.read(frames.bytes());
      frames.bytes().flip().position(begun);
      if (read < 0) {
        throw new EOFException("the sender has closed its socket");
      }
      return read == 0 ? 0 : frames.deliver(sink);
    }

    private boolean accept() throws IOException {
      channel = server.accept();
      if (channel != null) {
        channel.configureBlocking(blocks);
      }
      return channel != null;
    }

    @Override
    public void close() {
      CloseHelper.closeAll(channel, server);
    }
  }

  private static final class Start extends StreamSender {
    private final SocketChannel channel;

    Start(SocketChannel channel, int length) {
      super(length);
      this.channel = channel;
    }

    @Override
    void write(Frames from) throws IOException {
      channel.write(from.bytes());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
