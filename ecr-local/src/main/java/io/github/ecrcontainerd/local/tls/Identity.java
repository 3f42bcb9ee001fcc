package io.github.ecrcontainerd.local.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * A server's certificate with its key.
 *
 * @param context the TLS context
 * @param authority the certificate of the authority that was created for it, as PEM; empty for an
 *     existing certificate
 */
public record Identity(SslContext context, Optional<String> authority) {

  /**
   * Reads an existing certificate.
   *
   * @param chain the certificate, and those between it and its authority, as PEM
   * @param key its private key, as PEM (PKCS #8) without a password
   * @throws IOException if they can't be read, or don't belong together
   */
  public static Identity read(Path chain, Path key) throws IOException {
    try {
      return new Identity(
          SslContextBuilder.forServer(chain.toFile(), key.toFile()).build(), Optional.empty());
    } catch (IllegalArgumentException | SSLException e) {
      throw new IOException(
          "%s and %s are not a certificate and its key: %s".formatted(chain, key, reason(e)), e);
    }
  }

  private static String reason(Throwable failure) {
    Throwable inner = failure.getCause() == null ? failure : failure.getCause();
    return inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
  }

  /**
   * Creates a certificate with its own authority. The authority signs nothing else, because its key
   * is deleted.
   *
   * @param names the server's host names and IP addresses
   * @throws IOException if this Java can't create a certificate
   */
  public static Identity issued(Collection<String> names) throws IOException {
    try (Keytool keytool = Keytool.open()) {
      keytool.makeAuthority();
      keytool.makeCertificate(names);
      KeyStore keys = keytool.certificateOnly();
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, keytool.password());
      return new Identity(
          SslContextBuilder.forServer(managers).build(), Optional.of(pem(keytool.authority())));
    } catch (GeneralSecurityException e) {
      throw new IOException("this Java makes no certificate: " + e.getMessage(), e);
    }
  }

  private static String pem(Certificate certificate) throws GeneralSecurityException {
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded()));
  }
}
