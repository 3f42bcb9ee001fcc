package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangePlanTest {
  private static final int MIB = 1 << 20;
  private static final int MAX_BUFFER_BYTES = 8 * MIB;

  @ParameterizedTest(name = "{0} bytes, parallelism {1}: {2} ranges of {3} bytes")
  @CsvSource({
    "0, 4, 0, 1048576",
    "1, 4, 1, 1048576",
    "1048576, 4, 1, 1048576",
    "1048577, 4, 2, 1048576",
    "8388608, 4, 4, 2097152",
    "8388609, 4, 4, 2097153",
    "536870912, 4, 64, 8388608",
    "8388609, 1, 1, 8388609",
    "8388609, 0, 1, 8388609",
  })
  void cutsABlobIntoEqualShares(long total, int parallelism, long count, long rangeBytes) {
    RangePlan plan = RangePlan.of(0, total, parallelism, MAX_BUFFER_BYTES);
    assertThat(plan.count()).isEqualTo(count);
    assertThat(plan.rangeBytes()).isEqualTo(rangeBytes);
  }

  @ParameterizedTest(name = "{0} bytes, parallelism {1}, enough memory: {2} ranges of {3} bytes")
  @CsvSource({
    "1048575, 4, 1, 1048576",
    "1048577, 2, 2, 1048576",
    "83886080, 4, 4, 20971520",
    "83886081, 4, 5, 20971520",
    "536870912, 2, 26, 20971520",
  })
  void cutsNoRangeBelowOneMibAndNoneAboveTwenty(
      long total, int parallelism, long count, long rangeBytes) {
    RangePlan plan =
        RangePlan.of(
            0, total, parallelism, RangePlan.maxBufferBytes(parallelism, Integer.MAX_VALUE));
    assertThat(plan.count()).isEqualTo(count);
    assertThat(plan.rangeBytes()).isEqualTo(rangeBytes);
  }

  @ParameterizedTest(name = "parallelism {0}, {1} MiB: buffers of at most {2} KiB")
  @CsvSource({
    "0, 48, 8192",
    "1, 2, 2048",
    "4, 64, 8192",
    "4, 32, 4096",
    "8, 48, 4096",
    "16, 40, 2048",
    "64, 64, 1024",
    "1000, 64, 1024",
    "4, 160, 20480",
    "4, 1000, 20480",
    "4, 6, 1024",
  })
  void cutsSmallerRangesWhereMemoryIsShort(int parallelism, int budgetMib, int maxKib) {
    assertThat(RangePlan.maxBufferBytes(parallelism, budgetMib * MIB)).isEqualTo(maxKib * 1024);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0, 52000000000", "7, 20000001", "19999999, 20000000", "5, 5"})
  void coversEveryByteOnceAndInOrder(long from, long total) {
    RangePlan plan = RangePlan.of(from, total, 4, MAX_BUFFER_BYTES);
    long position = from;
    for (long number : LongStream.range(0, plan.count()).toArray()) {
      ByteRange range = plan.range(number);
      assertThat(range.first()).isEqualTo(position);
      position = range.end();
    }
    assertThat(position).isEqualTo(total);
  }

  @Test
  void namesARangeAsHttpDoes() {
    ByteRange range = new ByteRange(10, 5, 100);
    assertThat(range.requested()).isEqualTo("bytes=10-14");
    assertThat(range.answered()).isEqualTo("bytes 10-14/100");
  }
}
