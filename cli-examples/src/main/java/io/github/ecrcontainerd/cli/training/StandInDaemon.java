package io.github.ecrcontainerd.cli.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.github.ecrcontainerd.resolver.Digest;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers a pull like an empty containerd, and stores nothing. It speaks gRPC, and reads and writes
 * only those few fields of containerd's messages that a pull uses. It is not for tests: those have
 * a real containerd.
 */
final class StandInDaemon implements AutoCloseable {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
          try {
            return message.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  /** WriteAction.COMMIT. */
  private static final int COMMIT = 2;

  /** The start of a gzip stream: a pull reads only this of a layer. */
  private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0};

  private final Path socket;
  private final ServerSocketChannel listening;
  private final Server server;

  private StandInDaemon(Path socket, ServerSocketChannel listening, Server server) {
    this.socket = socket;
    this.listening = listening;
    this.server = server;
  }

  /**
   * Starts a daemon on a unix socket.
   *
   * @param image the image that is pulled
   */
  static StandInDaemon listen(Path socket, TrainingImage image) throws IOException {
    Set<String> committed = ConcurrentHashMap.newKeySet();
    StandInSnapshots snapshots =
        new StandInSnapshots(Files.createTempDirectory(socket.getParent(), "snapshots"));
    // gRPC's server can't listen on unix sockets: it listens on the loopback, and this forwards.
    Server server =
        OkHttpServerBuilder.forPort(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .fallbackHandlerRegistry(
                new HandlerRegistry() {
                  @Override
                  public ServerMethodDefinition<?, ?> lookupMethod(
                      String method, @Nullable String authority) {
                    return definition(method, image, committed, snapshots);
                  }
                })
            .build()
            .start();
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    StandInDaemon daemon = new StandInDaemon(socket, listening, server);
    Thread.startVirtualThread(daemon::handOn);
    return daemon;
  }

  Path socket() {
    return socket;
  }

  /** Forwards connections. They end with their client's process, or with the server. */
  private void handOn() {
    try {
      while (true) {
        SocketChannel client = listening.accept();
        SocketChannel behind =
            SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
        Thread.startVirtualThread(() -> copy(client, behind));
        Thread.startVirtualThread(() -> copy(behind, client));
      }
    } catch (IOException end) {
      // The socket was closed: the process is about to end.
    }
  }

  private static void copy(SocketChannel from, SocketChannel to) {
    try (from;
        to) {
      ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
      }
    } catch (IOException end) {
      // One side has closed its connection: both are closed.
    }
  }

  private static ServerMethodDefinition<byte[], byte[]> definition(
      String method, TrainingImage image, Set<String> committed, StandInSnapshots snapshots) {
    return ServerMethodDefinition.create(
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(method)
            .build(),
        (call, headers) -> {
          call.request(Integer.MAX_VALUE);
          return new Answering(
              call, method.substring(method.lastIndexOf('.') + 1), image, committed, snapshots);
        });
  }

  /** One call. */
  private static final class Answering extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final String method;
    private final TrainingImage image;
    private final Set<String> committed;
    private final StandInSnapshots snapshots;
    private String expected = "";
    private boolean answered;

    /**
     * @param method for example {@code Content/Write}
     * @param committed the digests of all content that has been committed
     */
    Answering(
        ServerCall<byte[], byte[]> call,
        String method,
        TrainingImage image,
        Set<String> committed,
        StandInSnapshots snapshots) {
      this.call = call;
      this.method = method;
      this.image = image;
      this.committed = committed;
      this.snapshots = snapshots;
    }

    @Override
    public void onMessage(byte[] request) {
      byte @Nullable [] answer;
      try {
        answer = answer(request);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (answer == null) {
        call.close(Status.NOT_FOUND, new Metadata());
        return;
      }
      if (!answered) {
        call.sendHeaders(new Metadata());
      }
      answered = true;
      call.sendMessage(answer);
    }

    @Override
    public void onHalfClose() {
      if (answered) {
        call.close(Status.OK, new Metadata());
      }
    }

    /** The answer, or null for NOT_FOUND. In an empty message all fields have their defaults. */
    private byte @Nullable [] answer(byte[] request) throws IOException {
      return switch (method) {
        case "Snapshots/Stat", "Images/Get" -> null;
        // InfoResponse.info, Info.digest.
        case "Content/Info" ->
            committed.contains(WireMessage.text(request, 1))
                ? message(1, message(1, WireMessage.text(request, 1).getBytes(UTF_8)))
                : null;
        // ReadContentResponse.data: documents are missing; layers are read once they are unpacked.
        case "Content/Read" ->
            image.diffIds().containsKey(Digest.parse(WireMessage.text(request, 1)))
                ? message(2, GZIP)
                : null;
        // CreateResponse.lease, Lease.id.
        case "Leases/Create" -> message(1, lease());
        // ApplyResponse.applied, Descriptor.digest.
        case "Diff/Apply" -> message(1, message(2, diffId(request).toString().getBytes(UTF_8)));
        case "Snapshots/Prepare" -> snapshots.prepare(request);
        case "Snapshots/Usage" -> snapshots.usage(request);
        case "Content/Write" -> written(request);
        // The created or changed object is returned, in the same field as in the request.
        case "Images/Create", "Content/Update" -> request;
        default -> new byte[0];
      };
    }

    /** The diff ID of the layer in ApplyRequest.diff, Descriptor.digest. */
    private Digest diffId(byte[] request) throws IOException {
      CodedInputStream in = CodedInputStream.newInstance(request);
      var _ = in.readTag();
      String layer = WireMessage.text(in.readByteArray(), 2);
      return Objects.requireNonNull(image.diffIds().get(Digest.parse(layer)));
    }

    /** Lease.id and created_at, Timestamp.seconds. */
    private static byte[] lease() {
      try {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(1, "training");
        ByteArrayOutputStream time = new ByteArrayOutputStream();
        CodedOutputStream seconds = CodedOutputStream.newInstance(time);
        seconds.writeInt64(1, Instant.now().getEpochSecond());
        seconds.flush();
        out.writeByteArray(2, time.toByteArray());
        out.flush();
        return bytes.toByteArray();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** WriteContentResponse.action and offset: all bytes up to the end of the request. */
    private byte[] written(byte[] request) {
      try {
        CodedInputStream in = CodedInputStream.newInstance(request);
        int action = 0;
        long offset = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
          switch (WireFormat.getTagFieldNumber(tag)) {
            case 1 -> action = in.readEnum();
            case 4 -> expected = in.readString();
            case 5 -> offset += in.readInt64();
            case 6 -> offset += in.readByteArray().length;
            default -> in.skipField(tag);
          }
        }
        if (action == COMMIT) {
          committed.add(expected);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeEnum(1, action);
        out.writeInt64(4, offset);
        out.flush();
        return bytes.toByteArray();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static byte[] message(int field, byte[] value) {
      try {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(field, value);
        out.flush();
        return bytes.toByteArray();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    server.shutdownNow();
  }
}
