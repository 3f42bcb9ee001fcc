package io.github.ecrcontainerd.containerd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BoundaryTest {
  private static final String ROOT = "io.github.ecrcontainerd.containerd";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // Generated, and ten times as much as the rest.
          .withImportOption(location -> !location.contains("/internal/proto/"))
          .importPackages(ROOT);

  private static final DescribedPredicate<JavaClass> FOREIGN =
      JavaClass.Predicates.resideInAnyPackage(
              "io.grpc..", "com.google..", "tools.jackson..", "okio..", ROOT + ".internal..")
          .as("foreign or internal types");

  @Test
  void knowsNoResolverButTheInterface() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.github.ecrcontainerd.ecr..",
            "io.github.ecrcontainerd.local..",
            "io.github.ecrcontainerd.cli..",
            "software.amazon..")
        .check(CLASSES);
  }

  @Test
  void keepsGrpcAndProtobufInside() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".internal..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "com.google.protobuf..", ROOT + ".internal.proto..")
        .check(CLASSES);
  }

  @Test
  void showsNoForeignTypeInAPublicSignature() {
    noCodeUnits()
        .that()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage(ROOT + ".internal..")
        .and()
        .areDeclaredInClassesThat()
        .haveModifier(JavaModifier.PUBLIC)
        .and()
        .areNotPrivate()
        .and()
        .doNotHaveModifier(JavaModifier.SYNTHETIC)
        .should(mention(FOREIGN))
        .check(CLASSES);
  }

  private static ArchCondition<JavaCodeUnit> mention(DescribedPredicate<JavaClass> types) {
    return new ArchCondition<>("mention " + types.getDescription()) {
      @Override
      public void check(JavaCodeUnit unit, ConditionEvents events) {
        boolean mentions =
            Stream.concat(unit.getParameterTypes().stream(), Stream.of(unit.getReturnType()))
                .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                .anyMatch(types);
        events.add(new SimpleConditionEvent(unit, mentions, unit.getDescription()));
      }
    };
  }

  /** The rooms of docs/architecture.md: each knows only those below it. */
  @Test
  void keepsItsRoomsInOrder() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("operations")
        .definedBy(ROOT + ".internal.pull..", ROOT + ".internal.push..", ROOT + ".internal.run..")
        .layer("unpack")
        .definedBy(ROOT + ".internal.unpack..")
        .layer("transfer")
        .definedBy(ROOT + ".internal.transfer..")
        .layer("image")
        .definedBy(ROOT + ".internal.image..")
        .layer("scope")
        .definedBy(ROOT + ".internal.scope..")
        .whereLayer("operations")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("unpack")
        .mayOnlyBeAccessedByLayers("operations")
        .whereLayer("transfer")
        .mayOnlyBeAccessedByLayers("operations")
        .whereLayer("image")
        .mayOnlyBeAccessedByLayers("operations", "unpack", "transfer")
        .check(CLASSES);
  }

  @Test
  void callsLibcFromOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".internal.ffm..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup).*")
        .check(CLASSES);
  }

  @Test
  void touchesJnrInOneClass() {
    noClasses()
        .that()
        .haveNameNotMatching(ROOT + "\\.internal\\.transport\\.JnrSocket.*")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jnr..")
        .check(CLASSES);
  }
}
