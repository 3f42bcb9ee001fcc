package io.github.ecrcontainerd.local.api;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Returns a login for Docker's registry protocol, for clients that request one. This server does
 * not support that protocol.
 */
final class GetAuthorizationToken implements EcrOperation<GetAuthorizationToken.Request> {
  private static final Duration LIFETIME = Duration.ofHours(12);

  record Request(@Nullable List<@Nullable String> registryIds) {}

  record Authorization(String authorizationToken, BigDecimal expiresAt, String proxyEndpoint) {}

  record Response(List<Authorization> authorizationData) {}

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  GetAuthorizationToken(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) {
    List<String> ids =
        request.registryIds() == null
            ? List.of(Repositories.registryId(null))
            : Parameters.batch("registryIds", request.registryIds());
    return new Response(ids.stream().map(id -> authorization(id, call.region())).toList());
  }

  private Authorization authorization(String registryId, String region) {
    byte[] password = new byte[32];
    random.nextBytes(password);
    String login = "AWS:" + Base64.getEncoder().encodeToString(password);
    return new Authorization(
        Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)),
        Json.timestamp(clock.instant().plus(LIFETIME)),
        "https://%s.dkr.ecr.%s.amazonaws.com"
            .formatted(Repositories.registryId(registryId), region));
  }
}
