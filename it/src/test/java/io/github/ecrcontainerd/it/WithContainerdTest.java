package io.github.ecrcontainerd.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** {@code bin/verify --all} runs on each daemon what needs one, and nothing else. */
class WithContainerdTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPackages("io.github.ecrcontainerd.it");

  @Test
  void isOnEveryTestThatUsesADaemon() {
    classes()
        .that()
        .haveSimpleNameEndingWith("IT")
        .and()
        .areNotAnnotatedWith(WithContainerd.class)
        .should()
        .onlyDependOnClassesThat()
        .areNotAssignableTo(Containerd.class)
        .check(CLASSES);
  }

  @Test
  void isOnNoOther() {
    classes()
        .that()
        .areAnnotatedWith(WithContainerd.class)
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Containerd.class)
        .andShould()
        .haveSimpleNameEndingWith("IT")
        .check(CLASSES);
  }
}
