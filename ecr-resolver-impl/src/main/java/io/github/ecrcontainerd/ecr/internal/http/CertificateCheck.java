package io.github.ecrcontainerd.ecr.internal.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why TLS with a server fails, by a handshake of Java's own. The CRT reports only that
 * TLS failed, and reports it late: its library waits for 10 to 30 seconds after an error, to hide
 * from an attacker how long the check took (s2n-tls, "Blinding").
 *
 * @param trust supplies the trusted certificates when there is something to check
 */
record CertificateCheck(Supplier<Trust> trust) {
  private static final int TIMEOUT_MILLIS = 2_000;

  /** The types of RFC 5280's GeneralName that a server's certificate has. */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  /**
   * Explains to a user why this process doesn't trust the server; empty if it does, or if the
   * server can't be reached.
   */
  Optional<String> problem(String host, int port) {
    Trust trusted = trust.get();
    try {
      if (trusted.isEmpty()) {
        return Optional.of(
            "no certificate authority is known, so no certificate can be trusted: "
                + String.join("; ", trusted.problems()));
      }
      Witness witness = new Witness(extended(trusted.managers()));
      return handshake(host, port, trusted, witness);
    } catch (IOException | GeneralSecurityException e) {
      // The server can't be reached. The request itself reports why.
      return Optional.empty();
    }
  }

  private static Optional<String> handshake(String host, int port, Trust trusted, Witness witness)
      throws IOException, GeneralSecurityException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {witness}, null);
      try (Socket tcp = new Socket()) {
        tcp.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
        tcp.setSoTimeout(TIMEOUT_MILLIS);
        try (SSLSocket tls =
            (SSLSocket) context.getSocketFactory().createSocket(tcp, host, port, true)) {
          SSLParameters parameters = tls.getSSLParameters();
          parameters.setEndpointIdentificationAlgorithm("HTTPS");
          tls.setSSLParameters(parameters);
          tls.startHandshake();
        }
      }
      return Optional.empty();
    } catch (SSLHandshakeException e) {
      return Optional.of(words(host, port, witness, trusted, e));
    } catch (SSLException e) {
      return Optional.of(
          "%s:%d doesn't speak TLS (%s): is its URL http://%s:%d?"
              .formatted(host, port, e.getMessage(), host, port));
    }
  }

  private static X509ExtendedTrustManager extended(TrustManager[] managers)
      throws GeneralSecurityException {
    for (TrustManager manager : managers) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("no trust manager for certificates");
  }

  private static String words(
      String host, int port, Witness witness, Trust trusted, SSLHandshakeException failure) {
    X509Certificate[] chain = witness.chain;
    if (chain == null || chain.length == 0) {
      return "TLS with %s:%d failed: %s".formatted(host, port, failure.getMessage());
    }
    X509Certificate certificate = chain[0];
    String of = "the certificate of %s:%d".formatted(host, port);
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      return "%s, %s, expired on %s: it has to be renewed, or this machine's clock is wrong"
          .formatted(of, subject(certificate), certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      return "%s, %s, is valid from %s only: is this machine's clock right?"
          .formatted(of, subject(certificate), certificate.getNotBefore().toInstant());
    }
    if (witness.isTrusted) {
      return "%s is for %s, not for %s: use one of these names"
          .formatted(of, names(certificate), host);
    }
    X509Certificate last = chain[chain.length - 1];
    String problems =
        trusted.problems().stream()
            .map(problem -> " (" + problem + ")")
            .collect(Collectors.joining());
    String advice =
        trusted.isJavas()
            ? "add that authority's certificate to the store that javax.net.ssl.trustStore names"
            : "set SSL_CERT_FILE, or for bin/ecr AWS_CA_BUNDLE, to a file with that authority's certificate";
    return "%s is issued by %s, which is not trusted here: %s%s"
        .formatted(of, last.getIssuerX500Principal().getName(), advice, problems);
  }

  private static String subject(X509Certificate certificate) {
    return "of %s by %s"
        .formatted(
            certificate.getSubjectX500Principal().getName(),
            certificate.getIssuerX500Principal().getName());
  }

  private static String names(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names != null) {
        return names.stream()
            .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
            .map(name -> String.valueOf(name.get(1)))
            .collect(Collectors.joining(", "));
      }
    } catch (CertificateException e) {
      // Use the subject instead.
    }
    return certificate.getSubjectX500Principal().getName();
  }

  /** Delegates to another trust manager, and records what it saw. */
  private static final class Witness extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;
    private X509Certificate @Nullable [] chain;
    private boolean isTrusted;

    Witness(X509ExtendedTrustManager judge) {
      this.judge = judge;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] seen, String type, Socket socket)
        throws CertificateException {
      chain = seen;
      // Java accepts a certificate that is itself trusted, whatever its dates are.
      seen[0].checkValidity();
      // Without the socket, the host name is not checked.
      judge.checkServerTrusted(seen, type);
      isTrusted = true;
      judge.checkServerTrusted(seen, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] seen, String type, SSLEngine engine)
        throws CertificateException {
      judge.checkServerTrusted(seen, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] seen, String type)
        throws CertificateException {
      judge.checkServerTrusted(seen, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] seen, String type, Socket socket)
        throws CertificateException {
      judge.checkClientTrusted(seen, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] seen, String type, SSLEngine engine)
        throws CertificateException {
      judge.checkClientTrusted(seen, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] seen, String type)
        throws CertificateException {
      judge.checkClientTrusted(seen, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return judge.getAcceptedIssuers();
    }
  }
}
