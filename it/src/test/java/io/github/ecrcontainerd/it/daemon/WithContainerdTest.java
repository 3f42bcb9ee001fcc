package io.github.ecrcontainerd.it.daemon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks that exactly the classes that need a daemon have the tags for it. */
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
        .and()
        .areNotAnnotatedWith(WithOneContainerd.class)
        .and(DescribedPredicate.not(chooseTheirOwnDaemon()))
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
        .or()
        .areAnnotatedWith(WithOneContainerd.class)
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Containerd.class)
        .andShould()
        .haveSimpleNameEndingWith("IT")
        .check(CLASSES);
  }

  /** A class with a daemon of other settings has the tag, and registers the extension itself. */
  private static DescribedPredicate<JavaClass> chooseTheirOwnDaemon() {
    return DescribedPredicate.describe(
        "choose their own daemon",
        type ->
            type.tryGetAnnotationOfType(Tag.class)
                .map(Tag::value)
                .map(List.of(WithContainerd.TAG, WithOneContainerd.TAG)::contains)
                .orElse(false));
  }
}
