package io.github.ecrcontainerd.containerd.internal.image.schema1;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import tools.jackson.databind.JsonNode;

/**
 * The public key in a signature (RFC 7517), for the algorithms of Docker's signing library:
 * elliptic curves and RSA, with SHA-2 (RFC 7518, section 3.1).
 */
final class WebKey {
  private WebKey() {}

  /** Returns a verifier for an algorithm and a key. */
  static Signature verifier(String algorithm, JsonNode key) throws GeneralSecurityException {
    String name =
        switch (algorithm) {
          case "ES256", "ES384", "ES512" ->
              "SHA" + algorithm.substring(2) + "withECDSAinP1363Format";
          case "RS256", "RS384", "RS512" -> "SHA" + algorithm.substring(2) + "withRSA";
          default -> throw new Schema1Exception("its signature's algorithm is not supported");
        };
    Signature verifier = Signature.getInstance(name);
    verifier.initVerify(algorithm.startsWith("E") ? ellipticCurve(key) : rsa(key));
    return verifier;
  }

  private static PublicKey ellipticCurve(JsonNode key) throws GeneralSecurityException {
    String curve =
        switch (key.path("crv").asString("")) {
          case "P-256" -> "secp256r1";
          case "P-384" -> "secp384r1";
          case "P-521" -> "secp521r1";
          default -> throw new Schema1Exception("its signature's key has an unknown curve");
        };
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve));
    ECParameterSpec specification = parameters.getParameterSpec(ECParameterSpec.class);
    BigInteger x = number(key, "x");
    BigInteger y = number(key, "y");
    int bits = specification.getCurve().getField().getFieldSize();
    if (x.bitLength() > bits || y.bitLength() > bits) {
      // The JDK throws a RuntimeException for these.
      throw new Schema1Exception("its signature's key is malformed");
    }
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), specification));
  }

  private static PublicKey rsa(JsonNode key) throws GeneralSecurityException {
    return KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e")));
  }

  private static BigInteger number(JsonNode key, String field) {
    try {
      return new BigInteger(1, Base64.getUrlDecoder().decode(key.path(field).asString("")));
    } catch (IllegalArgumentException e) {
      throw new Schema1Exception("its signature's key is malformed", e);
    }
  }
}
