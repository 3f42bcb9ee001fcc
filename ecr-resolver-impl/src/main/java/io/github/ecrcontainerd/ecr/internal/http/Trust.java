package io.github.ecrcontainerd.ecr.internal.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities that this process trusts, for Java's own TLS: those that the CRT's
 * library uses (OpenSSL's variables {@code SSL_CERT_FILE} and {@code SSL_CERT_DIR}, or the
 * system's), or those of {@code javax.net.ssl.trustStore}.
 *
 * @param store the trusted certificates; null for Java's default
 * @param problems the settings whose certificates can't be read
 */
record Trust(@Nullable KeyStore store, List<String> problems) {
  /** The paths of Debian, Fedora, SUSE and Alpine, in the order of aws-c-io's own list. */
  private static final List<Path> OF_SYSTEMS =
      Stream.of(
              "/etc/ssl/certs/ca-certificates.crt",
              "/etc/pki/tls/certs/ca-bundle.crt",
              "/etc/ssl/ca-bundle.pem",
              "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
              "/etc/ssl/cert.pem")
          .map(Path::of)
          .toList();

  /** Whether Java's own setting applies. */
  static boolean isJavas(Function<String, @Nullable String> property) {
    return property.apply("javax.net.ssl.trustStore") != null;
  }

  /** The trusted authorities of this process. */
  static Trust ofThisProcess() {
    return of(System::getProperty, System::getenv);
  }

  static Trust of(
      Function<String, @Nullable String> property, Function<String, @Nullable String> variable) {
    if (isJavas(property)) {
      return new Trust(null, List.of());
    }
    List<String> problems = new ArrayList<>();
    List<Certificate> authorities = new ArrayList<>();
    String file = variable.apply("SSL_CERT_FILE");
    String directory = variable.apply("SSL_CERT_DIR");
    if (file != null && !file.isEmpty()) {
      read("SSL_CERT_FILE", Path.of(file), authorities, problems);
    }
    if (directory != null && !directory.isEmpty()) {
      readAll(Path.of(directory), authorities, problems);
    }
    if (authorities.isEmpty() && problems.isEmpty()) {
      OF_SYSTEMS.stream()
          .filter(Files::isReadable)
          .findFirst()
          .ifPresent(system -> read("the system", system, authorities, problems));
    }
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
      return new Trust(store, List.copyOf(problems));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java has no key store for certificates", e);
    }
  }

  private static void read(
      String setting, Path file, List<Certificate> authorities, List<String> problems) {
    Collection<? extends Certificate> found = List.of();
    try (InputStream bytes = Files.newInputStream(file)) {
      found = CertificateFactory.getInstance("X.509").generateCertificates(bytes);
    } catch (IOException | GeneralSecurityException e) {
      // Reported below: the file contains no certificate.
    }
    authorities.addAll(found);
    if (found.isEmpty()) {
      problems.add(
          "%s names %s, which has no certificate that can be read".formatted(setting, file));
    }
  }

  private static void readAll(
      Path directory, List<Certificate> authorities, List<String> problems) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        // The directory may contain other files. OpenSSL reads only files that are named by a
        // certificate's hash.
        read("SSL_CERT_DIR", file, authorities, new ArrayList<>());
      }
    } catch (IOException e) {
      problems.add("SSL_CERT_DIR names %s, which can't be read".formatted(directory));
    }
  }

  /** Whether it is Java's default. */
  boolean isJavas() {
    return store == null;
  }

  /** Whether no certificate at all can be trusted. */
  boolean isEmpty() throws GeneralSecurityException {
    return store != null && store.size() == 0;
  }

  /** The trust managers for Java's TLS. */
  TrustManager[] managers() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
