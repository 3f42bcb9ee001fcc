package io.github.ecrcontainerd.containerd.internal.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.internal.proto.leases.LeasesGrpc;
import io.grpc.Status;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {

  private static ContainerdException failure(Status status) {
    return Failures.of(status, "Leases.Create", "lease-x", "/run/c.sock", null);
  }

  @Test
  void callsAMethodByItsServiceAndName() {
    assertThat(Failures.nameOf(LeasesGrpc.getCreateMethod())).isEqualTo("Leases.Create");
  }

  @ParameterizedTest
  @EnumSource(names = "OK", mode = EnumSource.Mode.EXCLUDE)
  void hasACodeForEveryStatus(Status.Code code) {
    ContainerdException failure = failure(code.toStatus());
    assertThat(failure.code().name()).isEqualTo(code.name());
    assertThat(failure.getMessage()).startsWith("Leases.Create lease-x: ").doesNotContain("null");
  }

  @Test
  void namesTheCallAndTheObject() {
    ContainerdException failure =
        failure(Status.ALREADY_EXISTS.withDescription("lease \"lease-x\": already exists"));
    assertThat(failure)
        .hasMessage("Leases.Create lease-x: lease \"lease-x\": already exists")
        .extracting(ContainerdException::call, ContainerdException::object)
        .containsExactly("Leases.Create", "lease-x");
  }

  @Test
  void isOneLine() {
    assertThat(failure(Status.UNKNOWN.withDescription("first\n\tsecond\r\nthird\n")).getMessage())
        .endsWith(": first second third");
  }

  @Test
  void saysWhatToDoAboutAFullDisk() {
    assertThat(failure(Status.UNKNOWN.withDescription("write /x: no space left on device")))
        .hasMessageEndingWith(
            "no space left on device. Free space, or inodes, on containerd's disk (df, df -i)");
    assertThat(failure(Status.UNKNOWN.withDescription("write /x: disk quota exceeded")))
        .hasMessageEndingWith("(df, df -i)");
  }

  @Test
  void saysWhyTheSocketCouldNotBeReached() {
    Status status =
        Status.UNAVAILABLE
            .withDescription("io exception")
            .withCause(new ConnectException("no containerd at /run/c.sock: is it running?"));
    assertThat(failure(status).getMessage())
        .endsWith(": no containerd at /run/c.sock: is it running?");
  }

  @Test
  void saysThatTheDaemonWentAway() {
    Status broken = Status.UNAVAILABLE.withDescription("End of stream or IOException");
    assertThat(failure(broken).getMessage())
        .endsWith(": containerd at /run/c.sock went away: is it running?");
    assertThat(failure(Status.UNAVAILABLE.withCause(new IOException("broken"))).getMessage())
        .endsWith(": containerd at /run/c.sock went away: is it running?");
  }

  @Test
  void saysThatTheDaemonWentAwayAmidAFrame() {
    ContainerdException cut =
        failure(
            Status.INTERNAL
                .withDescription("error in frame handler")
                .withCause(new EOFException()));
    assertThat(cut.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(cut).hasMessageEndingWith(": containerd at /run/c.sock went away: is it running?");
    ContainerdException fault = failure(Status.INTERNAL.withDescription("a fault"));
    assertThat(fault.code()).isEqualTo(Code.INTERNAL);
  }

  @Test
  void tellsABrokenConnectionFromNoneAndFromADaemonThatRefuses() {
    Status unavailable = Status.UNAVAILABLE;
    assertThat(Failures.isBrokenConnection(unavailable.withCause(new IOException("x")))).isTrue();
    assertThat(
            Failures.isBrokenConnection(
                unavailable.withDescription("End of stream or IOException")))
        .isTrue();
    assertThat(Failures.isBrokenConnection(unavailable.withCause(new ConnectException("none"))))
        .isFalse();
    assertThat(
            Failures.isBrokenConnection(unavailable.withDescription("Channel shutdownNow invoked")))
        .isFalse();
    assertThat(Failures.isBrokenConnection(unavailable.withDescription("ref x locked"))).isFalse();
    assertThat(Failures.isBrokenConnection(Status.INTERNAL.withCause(new EOFException()))).isTrue();
    assertThat(Failures.isBrokenConnection(Status.INTERNAL)).isFalse();
  }

  @Test
  void leavesTheDaemonsOwnWordsWhereItIsUnavailable() {
    Status locked = Status.UNAVAILABLE.withDescription("ref layer-x locked for 2s: unavailable");
    ContainerdException failure = failure(locked);
    assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(failure.getMessage()).endsWith(": ref layer-x locked for 2s: unavailable");
  }
}
