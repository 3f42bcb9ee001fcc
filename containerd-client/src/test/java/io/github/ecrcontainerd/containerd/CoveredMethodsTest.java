package io.github.ecrcontainerd.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table of methods in {@code docs/containerd-client.md} is what the code has. Which versions of
 * the daemon answer them is seen in {@code MethodsIT}.
 */
class CoveredMethodsTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "containerd-client.md");

  /** {@code | `Leases` | `Create` | `Leases.create` | yes | ...}. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+)` \\| `(\\w+)` \\| ([^|]+) \\|", Pattern.MULTILINE);

  private static final Pattern API_METHOD = Pattern.compile("`(\\w+)\\.(\\w+)`");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/internal/proto/"))
          .importPackages("io.github.ecrcontainerd.containerd");

  private static List<MatchResult> rows() throws IOException {
    return ROW.matcher(Files.readString(DOCUMENT)).results().toList();
  }

  @Test
  void theTableHasEveryMethodOfTheDaemonThatIsCalledAndNoOther() throws Exception {
    assertThat(rows())
        .extracting(row -> row.group(1) + "." + row.group(2))
        .containsExactlyElementsOf(called().toList());
  }

  /** {@code Leases.Create}, where the code asks {@code LeasesGrpc} for {@code getCreateMethod}. */
  private static Stream<String> called() {
    Pattern getter = Pattern.compile("get(\\w+)Method");
    return CLASSES.stream()
        .flatMap(type -> type.getMethodCallsFromSelf().stream())
        .map(JavaMethodCall::getTarget)
        .filter(target -> target.getOwner().getSimpleName().endsWith("Grpc"))
        .flatMap(
            target ->
                getter
                    .matcher(target.getName())
                    .results()
                    .map(
                        name ->
                            target.getOwner().getSimpleName().replace("Grpc", "")
                                + "."
                                + name.group(1)))
        .distinct()
        .sorted();
  }

  @Test
  void theTableNamesMethodsOfTheClientThatThereAre() throws Exception {
    assertThat(rows().stream().map(row -> row.group(3)))
        .allSatisfy(cell -> assertThat(API_METHOD.matcher(cell).results()).isNotEmpty());
    assertThat(
            rows().stream()
                .flatMap(row -> API_METHOD.matcher(row.group(3)).results())
                .filter(method -> !exists(method.group(1), method.group(2)))
                .map(MatchResult::group))
        .isEmpty();
  }

  private static boolean exists(String type, String method) {
    return CLASSES.stream()
        .filter(candidate -> candidate.getSimpleName().equals(type))
        .filter(candidate -> !candidate.getPackageName().contains(".internal"))
        .map(JavaClass::getMethods)
        .anyMatch(methods -> methods.stream().anyMatch(m -> m.getName().equals(method)));
  }
}
