package io.github.ecrcontainerd.telemetry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class BoundaryTest {
  private static final String OPEN_TELEMETRY = "io.opentelemetry..";
  private static final String MICROMETER = "io.micrometer..";
  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.ecrcontainerd.telemetry");

  @Test
  void knowsTheClientTheResolversApiAndTheTwoReceivers() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            OPEN_TELEMETRY,
            MICROMETER,
            "io.github.ecrcontainerd.resolver..",
            "io.github.ecrcontainerd.containerd",
            "io.github.ecrcontainerd.containerd.image",
            "io.github.ecrcontainerd.containerd.oci",
            "io.github.ecrcontainerd.telemetry")
        .check(MODULE);
  }

  /** An application has one of them on its class path. */
  @Test
  void needsForEachReceiverOnlyItsOwnApi() {
    noClasses()
        .that()
        .haveNameMatching(
            ".*\\.(EcrMicrometer.*|(Ecr)?Telemetry|ListenerChain|Operation(Observer)?)")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(OPEN_TELEMETRY)
        .check(MODULE);
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.EcrMicrometer.*")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(MICROMETER)
        .check(MODULE);
  }
}
