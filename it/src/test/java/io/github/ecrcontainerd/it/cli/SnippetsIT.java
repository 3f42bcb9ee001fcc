package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the documents show of Java is compiled; what they show of another language has its test. */
@Timeout(120)
class SnippetsIT {
  private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?class (\\w+)");
  private static final Pattern FENCE = Pattern.compile("(?m)^```(\\w+)$");

  /** Each language, and what looks at it: PoliciesIT, KubernetesIT, ReadmeIT. */
  private static final List<String> LOOKED_AT = List.of("java", "xml", "json", "yaml", "text");

  private static List<String> documents() throws Exception {
    try (Stream<Path> docs = Files.list(Checkout.project().resolve("docs"))) {
      List<String> documents =
          new ArrayList<>(
              docs.map(file -> "docs/" + file.getFileName())
                  .filter(name -> name.endsWith(".md"))
                  .toList());
      documents.addAll(List.of("README.md", "CONTRIBUTING.md", "SECURITY.md"));
      return documents;
    }
  }

  @Test
  void javaIsCompiledByTheCompilerOfTheJdk(@TempDir Path directory) throws Exception {
    List<String> files = new ArrayList<>();
    for (String document : documents()) {
      for (String block : Markdown.blocks(document, "java")) {
        Matcher name = CLASS.matcher(block);
        assertThat(name.find()).as("a class in %s", block).isTrue();
        Path file = directory.resolve(name.group(1) + ".java");
        files.add(Files.writeString(file, block).toString());
      }
    }
    assertThat(files).hasSizeGreaterThan(1);
    List<String> compiler = new ArrayList<>();
    compiler.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    compiler.addAll(List.of("-Xlint:all,-processing", "-Werror", "-proc:none"));
    compiler.addAll(List.of("-d", directory.toString()));
    compiler.addAll(List.of("-cp", System.getProperty("java.class.path")));
    compiler.addAll(files);
    Command.run(compiler);
  }

  @Test
  void xmlIsWellFormed() throws Exception {
    for (String document : documents()) {
      for (String block : Markdown.blocks(document, "xml")) {
        Path file = Files.createTempFile("snippet", ".xml");
        try {
          Files.writeString(file, "<project>" + block + "</project>");
          DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        } finally {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void noLanguageIsLeftOut() throws Exception {
    for (String document : documents()) {
      String text = Files.readString(Checkout.project().resolve(document));
      assertThat(FENCE.matcher(text).results().map(fence -> fence.group(1)))
          .as(document)
          .allMatch(LOOKED_AT::contains);
    }
  }
}
