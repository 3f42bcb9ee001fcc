package io.github.ecrcontainerd.local;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What this module may know of. */
class BoundaryTest {
  private static final String ROOT = "io.github.ecrcontainerd.local";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void knowsOnlyTheApiModuleJacksonNettySlf4jAndTheJdk() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "..",
            "io.github.ecrcontainerd.resolver",
            "tools.jackson..",
            "com.fasterxml.jackson.annotation",
            "io.netty..",
            "org.slf4j",
            "org.jspecify.annotations",
            "java..",
            "javax.crypto..",
            "javax.net.ssl")
        .check(CLASSES);
  }

  @Test
  void keepsRepositoriesApartFromHowTheyAreServed() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.netty..", ROOT, ROOT + ".api", ROOT + ".layers", ROOT + ".http", ROOT + ".count")
        .check(CLASSES);
  }

  @Test
  void showsItsUsersNothingOfItsInside() {
    DescribedPredicate<JavaClass> inside =
        resideInAnyPackage(
            "io.netty..",
            "tools.jackson..",
            ROOT + ".api",
            ROOT + ".layers",
            ROOT + ".store",
            ROOT + ".http",
            ROOT + ".count");
    noMethods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAPackage(ROOT)
        .should()
        .haveRawReturnType(inside)
        .orShould()
        .haveRawParameterTypes(anyElementThat(inside))
        .check(CLASSES);
  }
}
