package io.github.ecrcontainerd.it.support;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A self-signed certificate that openssl made.
 *
 * @param file the PEM file, with the key and others beside it
 */
public record Certificate(Path file) {
  private static final String PASSWORD = "changeit";

  /** The property that names the file of {@link #ofTheSuite}. */
  public static final String PROPERTY = "it.tls";

  /**
   * The certificate of each Amazon ECR of these tests, if they run over TLS. This JVM trusts it.
   */
  public static Optional<Certificate> ofTheSuite() {
    return Optional.ofNullable(System.getProperty(PROPERTY))
        .map(file -> new Certificate(Path.of(file)));
  }

  /**
   * Makes a certificate.
   *
   * @param directory a directory without files of these names
   * @param days until it expires, which may be in the past
   * @param names host names or addresses; the first is the subject
   */
  public static Certificate make(Path directory, int days, String... names) throws IOException {
    String name = names[0] + days;
    Path certificate = directory.resolve(name + ".pem");
    Path key = new Certificate(certificate).key();
    String request = certificate + ".request";
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes",
        "-keyout",
        key.toString(),
        "-out",
        request,
        "-subj",
        "/CN=" + names[0],
        "-addext",
        "subjectAltName="
            + Stream.of(names)
                .map(each -> (each.matches("[0-9.]+") ? "IP:" : "DNS:") + each)
                .collect(Collectors.joining(",")));
    Path authority = Files.createDirectories(directory.resolve("authority-" + name));
    Files.writeString(authority.resolve("index"), "");
    Path configuration =
        Files.writeString(
            authority.resolve("conf"),
            """
            [ca]
            default_ca = own
            [own]
            database = %1$s/index
            new_certs_dir = %1$s
            rand_serial = yes
            default_md = sha256
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            """
                .formatted(authority));
    openssl(
        "ca -batch -notext -selfsign",
        "-config",
        configuration.toString(),
        "-in",
        request,
        "-keyfile",
        key.toString(),
        "-startdate",
        daysFromNow(-3),
        "-enddate",
        daysFromNow(days),
        "-out",
        certificate.toString());
    return new Certificate(certificate);
  }

  /**
   * Makes a certificate that this one signs, for a server of this machine.
   *
   * @param directory a directory without files of these names
   */
  public Certificate issue(Path directory) {
    Path signed = directory.resolve("issued.pem");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2",
        "-keyout",
        new Certificate(signed).key().toString(),
        "-out",
        signed.toString(),
        "-CA",
        file.toString(),
        "-CAkey",
        key().toString(),
        "-subj",
        "/CN=mirror",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "subjectAltName=IP:127.0.0.1");
    return new Certificate(signed);
  }

  /**
   * Makes an authority, which can only issue certificates.
   *
   * @param directory a directory without files of these names
   */
  public static Certificate authority(Path directory) {
    Path own = directory.resolve("authority.pem");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2",
        "-keyout",
        new Certificate(own).key().toString(),
        "-out",
        own.toString(),
        "-subj",
        "/CN=Authority of the mirrors");
    return new Certificate(own);
  }

  /** Its private key, as PEM without a password. */
  public Path key() {
    return Path.of(file + ".key");
  }

  /** Formats a time for ASN.1. */
  private static String daysFromNow(int days) {
    return DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'")
        .format(ZonedDateTime.now(ZoneOffset.UTC).plusDays(days));
  }

  private static void openssl(String command, String... options) {
    List<String> line = new ArrayList<>(List.of("openssl"));
    line.addAll(List.of(command.split(" ")));
    line.addAll(List.of(options));
    var _ = Command.run(line);
  }

  /** A server of the JDK's on the loopback with this certificate, without handlers yet. */
  public HttpServer server() throws IOException, GeneralSecurityException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context()));
    return server;
  }

  /** A context for servers with this certificate. */
  SSLContext context() throws IOException, GeneralSecurityException {
    Path store = Path.of(file + ".p12");
    openssl(
        "pkcs12 -export",
        "-in",
        file.toString(),
        "-inkey",
        key().toString(),
        "-out",
        store.toString(),
        "-passout",
        "pass:" + PASSWORD);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(store)) {
      keys.load(bytes, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** JVM options that make it trust this certificate, by a Java store that keytool makes. */
  public List<String> javaTrustStore() {
    Path store = Path.of(file + ".trust");
    var _ =
        Command.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-importcert",
                "-noprompt",
                "-file",
                file.toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
    return List.of(
        "-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }
}
