package io.github.ecrcontainerd.local.layers;

import io.github.ecrcontainerd.local.count.Tally;
import io.github.ecrcontainerd.local.http.Connections;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one response with bytes of a layer, from its head to its end. The kernel copies from the
 * file to the socket (sendfile), all at once, or chunk by chunk if there is a limit or a fault.
 * Over TLS that is impossible, so pieces of the file are read. Runs on the connection's event loop,
 * and owns the file.
 */
final class Transfer {
  private static final Logger LOG = LoggerFactory.getLogger(Transfer.class);

  /** A delayed connection may catch up only this much of the time that it lost. */
  private static final long CATCH_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Several TLS records of 16 KiB each. */
  private static final int PIECE = 256 << 10;

  private final Channel channel;
  private final boolean tls;
  private final FileChannel file;
  private final BodyPlan plan;
  private final Tally.Sending sending;
  private final ChannelFutureListener gone = closed -> gone();

  /** The next byte of the file. */
  private long position;

  /** When, by the bandwidth limit, all bytes sent so far may have arrived. */
  private long due;

  /** Whether a write is in progress. Its future then reports the result. */
  private boolean writing;

  /** Whether the plan's hold has begun. */
  private boolean held;

  private boolean ended;

  Transfer(Channel channel, FileChannel file, BodyPlan plan, Tally.Sending sending) {
    this.channel = channel;
    this.tls = Connections.isTls(channel);
    this.file = file;
    this.plan = plan;
    this.sending = sending;
    this.position = plan.range().first();
  }

  /** Begins the response after the latency. */
  void start(HttpResponse head, Duration latency) {
    var _ = channel.closeFuture().addListener(gone);
    try {
      var _ =
          channel.eventLoop().schedule(() -> begin(head), latency.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The server is being closed.
      end();
    }
  }

  private void begin(HttpResponse head) {
    if (!ended) {
      var _ = channel.write(head);
      due = System.nanoTime();
      next();
    }
  }

  private void next() {
    if (plan.stopsAt(position) && !held) {
      channel.flush();
      plan.end().ifPresent(this::stop);
      plan.hold().ifPresent(this::hold);
    } else if (position == plan.range().end()) {
      if (plan.padding() > 0) {
        var _ = channel.write(Unpooled.wrappedBuffer(new byte[plan.padding()]));
      }
      var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(sent -> end());
    } else {
      long length = tls ? Math.min(PIECE, plan.chunk(position)) : plan.chunk(position);
      if (plan.bytesPerSecond() == 0) {
        send(length);
      } else {
        // A chunk is sent when its last byte would have arrived over a link of that bandwidth.
        long now = System.nanoTime();
        due =
            Math.max(due, now - CATCH_UP_NANOS)
                + length * TimeUnit.SECONDS.toNanos(1) / plan.bytesPerSecond();
        channel.flush();
        var _ = channel.eventLoop().schedule(() -> send(length), due - now, TimeUnit.NANOSECONDS);
      }
    }
  }

  private void send(long length) {
    if (ended) {
      return;
    }
    sending.sent(length);
    writing = true;
    if (position == plan.corrupt()) {
      var _ =
          channel
              .writeAndFlush(corruptByte())
              .addListener((ChannelFutureListener) f -> sent(f, 1, 1));
    } else if (tls) {
      sendPiece(Math.toIntExact(length));
    } else {
      FileRegion region = new Chunk(file, position, length);
      var _ =
          channel
              .writeAndFlush(region)
              .addListener((ChannelFutureListener) f -> sent(f, length, region.transferred()));
    }
  }

  private void sendPiece(int length) {
    ByteBuf piece = channel.alloc().buffer(length, length);
    try {
      while (piece.isWritable()) {
        if (piece.writeBytes(file, position + piece.readableBytes(), piece.writableBytes()) < 0) {
          throw new EOFException("the layer's file has become shorter");
        }
      }
    } catch (IOException e) {
      LOG.warn("A layer can't be read, so its transfer ends", e);
      piece.release();
      sent(channel.newFailedFuture(e), length, 0);
      return;
    }
    var _ =
        channel
            .writeAndFlush(new DefaultHttpContent(piece))
            .addListener((ChannelFutureListener) f -> sent(f, length, f.isSuccess() ? length : 0));
  }

  private void sent(ChannelFuture written, long length, long arrived) {
    writing = false;
    if (written.isSuccess()) {
      position += length;
      next();
    } else {
      sending.sent(arrived - length);
      end();
      var _ = channel.close();
    }
  }

  private ByteBuf corruptByte() {
    ByteBuffer one = ByteBuffer.allocate(1);
    try {
      file.read(one, position);
    } catch (IOException e) {
      LOG.warn("A byte can't be read, so another one goes out instead", e);
    }
    return Unpooled.wrappedBuffer(new byte[] {(byte) ~one.get(0)});
  }

  private void hold(Supplier<? extends CompletionStage<?>> action) {
    held = true;
    var _ =
        action
            .get()
            .whenCompleteAsync(
                (result, error) -> {
                  if (!ended) {
                    next();
                  }
                },
                channel.eventLoop());
  }

  private void stop(FaultyEnd how) {
    switch (how) {
      case RESET -> Connections.reset(channel);
      case CLOSE -> {
        var _ = channel.close();
      }
      case STALL -> LOG.debug("A response stalls until its client leaves");
    }
  }

  private void gone() {
    if (!writing) {
      end();
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    var _ = channel.closeFuture().removeListener(gone);
    sending.end();
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("A layer's file could not be closed", e);
    }
  }

  /** A file region that doesn't close its file after it was sent. */
  private static final class Chunk extends DefaultFileRegion {
    Chunk(FileChannel file, long position, long count) {
      super(file, position, count);
    }

    @Override
    protected void deallocate() {}
  }
}
