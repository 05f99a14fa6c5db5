package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.LeavesNothingOpen;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class FileContentTest {
  @TempDir Path temporary;

  @Test
  void whatIsWrittenIsReadUpToTheLimit() {
    byte[] content = new byte[100_000];
    new Random(7).nextBytes(content);
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600)) {
      assertEquals(0, FileContent.read(file, 10).length);
      FileContent.write(file, content);
      assertArrayEquals(content, FileContent.read(file, 200_000));
      assertArrayEquals(content, FileContent.read(file, 100_000));
      assertArrayEquals(Arrays.copyOf(content, 99), FileContent.read(file, 99));
      assertEquals(0, FileContent.read(file, 0).length);
      FileContent.write(file, new byte[0]);
      assertEquals(100_000, file.status().size());
    }
  }

  @Test
  void aPartIsWrittenWhereItBelongs() {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600)) {
      FileContent.write(file, new byte[] {1, 2, 3});
      FileContent.write(file, new byte[] {7, 8}, 2);
      assertArrayEquals(new byte[] {1, 2, 7, 8}, FileContent.readOnce(file, 100));
      assertArrayEquals(new byte[] {1, 2}, FileContent.readOnce(file, 2));
    }
  }

  @Test
  void aFileThatMayOnlyBeReadIsNotWritten() {
    try (Directory directory = Directory.open(temporary);
        Descriptor file = directory.createFile("file", 0600);
        Descriptor readOnly = directory.openFile("file", false)) {
      FileContent.write(file, new byte[] {1, 2, 3});
      Refused.with(Errno.EBADF, () -> FileContent.write(readOnly, new byte[1]));
      assertArrayEquals(new byte[] {1, 2, 3}, FileContent.read(readOnly, 10));
    }
  }

  @Test
  void aDirectoryHasNoContent() {
    try (Directory directory = Directory.open(temporary)) {
      Refused.with(Errno.EISDIR, () -> FileContent.read(directory.descriptor(), 10));
    }
  }
}
