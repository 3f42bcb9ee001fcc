package io.github.ecrcontainerd.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * What a module that depends on this one gets. The build writes down the class path as Maven
 * resolves it, with what no other module gets marked as optional.
 */
class ClassPathTest {
  private static final Path LIST = Path.of("target", "run-time-class-path");
  private static final String OPTIONAL = "(optional)";
  private static final Pattern JAR = Pattern.compile("(/[^ :]+\\.jar)\\b");
  private static final Pattern LIBRARY = Pattern.compile(".*\\.(so|a|dylib|jnilib|dll)");

  @Test
  void holdsNoNativeCodeByDefault() throws IOException {
    List<Path> jars = jars(false);
    assertThat(jars).anyMatch(jar -> jar.toString().contains("grpc-okhttp"));
    assertThat(jars).anyMatch(jar -> jar.toString().contains("protobuf-java"));
    for (Path jar : jars) {
      assertThat(nativeParts(jar)).as(jar.toString()).isEmpty();
    }
  }

  @Test
  void holdsNativeCodeWithJnr() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path jar : jars(true)) {
      found.addAll(nativeParts(jar));
    }
    assertThat(found).anyMatch(part -> part.endsWith("libjffi-1.2.so"));
    assertThat(found).contains("com/kenai/jffi/Foreign.class dlopen");
  }

  private static List<Path> jars(boolean optional) throws IOException {
    return Files.readAllLines(LIST).stream()
        .filter(line -> line.contains(OPTIONAL) == optional)
        .flatMap(line -> JAR.matcher(line).results())
        .map(match -> Path.of(match.group(1)))
        .toList();
  }

  /** Libraries in a jar, and methods that are in one. */
  private static List<String> nativeParts(Path jar) throws IOException {
    List<String> parts = new ArrayList<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (LIBRARY.matcher(entry.getName()).matches()) {
          parts.add(entry.getName());
        } else if (entry.getName().endsWith(".class")) {
          byte[] bytes = zip.getInputStream(entry).readAllBytes();
          for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
            if (method.flags().has(AccessFlag.NATIVE)) {
              parts.add(entry.getName() + " " + method.methodName());
            }
          }
        }
      }
    }
    return parts;
  }
}
