package io.github.ecrcontainerd.ecr;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.utils.AttributeMap;

class BoundaryTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.ecrcontainerd.ecr");

  @Test
  void knowsTheApiAndTheSdkAndNothingElse() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "javax.net..",
            // The names in certificates.
            "javax.security.auth.x500..",
            // What the Flight Recorder is told.
            "jdk.jfr..",
            "org.jspecify..",
            "org.reactivestreams..",
            "org.slf4j..",
            "software.amazon.awssdk..",
            "tools.jackson.core..",
            "io.github.ecrcontainerd.resolver..",
            "io.github.ecrcontainerd.ecr..")
        .check(MODULE);
  }

  /** The SDK's interface of one is an option's type; which one it is, is nobody's business. */
  @Test
  void showsItsUsersNoTypeOfTheHttpClient() {
    noClasses()
        .that()
        .resideInAPackage("io.github.ecrcontainerd.ecr")
        .should(
            dependOnClassesThat(
                resideInAnyPackage(
                    "software.amazon.awssdk.crt..", "software.amazon.awssdk.http.crt..")))
        .check(MODULE);
  }

  /**
   * It promises these to its own modules alone: another version of it may not have them. Those that
   * its public interface for HTTP clients names in its own signatures can't be done without.
   */
  @Test
  void usesNothingThatTheSdkKeepsForItself() {
    noClasses()
        .should(
            dependOnClassesThat(
                not(belongToAnyOf(
                        SdkHttpRequest.class,
                        SdkHttpMethod.class,
                        AbortableInputStream.class,
                        AttributeMap.class))
                    .and(
                        annotatedWith("software.amazon.awssdk.annotations.SdkInternalApi")
                            .or(
                                annotatedWith(
                                    "software.amazon.awssdk.annotations.SdkProtectedApi")))))
        .check(MODULE);
  }

  @Test
  void returnsNoFutures() {
    methods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("io.github.ecrcontainerd.ecr")
        .and()
        .arePublic()
        .should()
        .notHaveRawReturnType(CompletableFuture.class)
        .check(MODULE);
  }
}
