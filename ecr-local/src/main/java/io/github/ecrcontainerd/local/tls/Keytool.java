package io.github.ecrcontainerd.local.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Java's own tool for certificates, with a key store file that exists until this is closed. Java
 * has no public API to create certificates, and libraries for it are larger than this whole module.
 */
final class Keytool implements AutoCloseable {
  private static final String AUTHORITY = "authority";
  private static final String SERVER = "server";

  /**
   * Starts a day ago because clients' clocks may be slow, and is short because a test server
   * doesn't run for long.
   */
  private static final List<String> VALIDITY = List.of("-startdate", "-1d", "-validity", "30");

  private final Path tool;
  private final Path directory;
  private final String password = UUID.randomUUID().toString();

  private Keytool(Path tool, Path directory) {
    this.tool = tool;
    this.directory = directory;
  }

  static Keytool open() throws IOException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    if (!Files.isExecutable(tool)) {
      throw new IOException("this Java has no %s: use a certificate of your own".formatted(tool));
    }
    return new Keytool(tool, Files.createTempDirectory("ecr-local-tls"));
  }

  void makeAuthority() throws IOException {
    make(
        AUTHORITY,
        "CN=ecr-local authority",
        List.of("-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign"));
  }

  /** Creates a certificate that the authority signs. */
  void makeCertificate(Collection<String> names) throws IOException {
    make(
        SERVER,
        "CN=ecr-local",
        List.of(
            "-signer",
            AUTHORITY,
            "-ext",
            "eku=serverAuth",
            "-ext",
            "san="
                + names.stream()
                    .map(name -> (isAddress(name) ? "ip:" : "dns:") + name)
                    .collect(Collectors.joining(","))));
  }

  private static boolean isAddress(String name) {
    return name.contains(":") || name.matches("[0-9.]+");
  }

  private void make(String alias, String subject, List<String> options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                tool.toString(),
                "-J-XX:-UsePerfData",
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store().toString(),
                "-storepass:env",
                "PASSWORD",
                "-alias",
                alias,
                "-dname",
                subject));
    command.addAll(VALIDITY);
    command.addAll(options);
    ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
    process.environment().put("PASSWORD", password);
    Process running = process.start();
    try {
      running.getOutputStream().close();
      String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (running.waitFor() != 0) {
        throw new IOException("keytool failed: " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while keytool made a certificate");
    } finally {
      running.destroy();
    }
  }

  private Path store() {
    return directory.resolve("keys.p12");
  }

  char[] password() {
    return password.toCharArray();
  }

  private KeyStore keys() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(store())) {
      keys.load(bytes, password());
    }
    return keys;
  }

  /** The server's certificate and key, without the authority's. */
  KeyStore certificateOnly() throws IOException, GeneralSecurityException {
    KeyStore keys = keys();
    keys.deleteEntry(AUTHORITY);
    return keys;
  }

  Certificate authority() throws IOException, GeneralSecurityException {
    return keys().getCertificate(AUTHORITY);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(store());
    Files.delete(directory);
  }
}
