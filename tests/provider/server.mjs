// An OpenID provider that is not ours: oidc-provider, certified by the OpenID Foundation, set up as the issuer
// that a national sign-on might be. What the tests decide comes as JSON, as the first argument.
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const { port, portal, audience, key, machine, people } = JSON.parse(process.argv[2]);

// What it calls its claims, and what its words mean, is nobody's but its own.
const machines = { [machine.id]: { ho_ten: "Bệnh viện Thử", loai: "4" } };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "cong-dich-vu",
      client_secret: "a secret of the tests",
      redirect_uris: [`${portal}/sign-in/callback`],
      post_logout_redirect_uris: [`${portal}/sign-out/done`],
      backchannel_logout_uri: `${portal}/sign-out/back-channel`,
      backchannel_logout_session_required: true,
    },
    {
      client_id: machine.id,
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      jwks: { keys: [machine.key] },
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      dpop_bound_access_tokens: true,
    },
  ],
  clientDefaults: { id_token_signed_response_alg: "ES256" },
  jwks: { keys: [key] },
  cookies: { keys: ["a secret of the tests"] },
  claims: { openid: ["sub"], profile: ["ho_ten", "loai", "muc", "so_dinh_danh"] },
  // Otherwise they are to be had from the userinfo endpoint alone.
  conformIdTokenClaims: false,
  findAccount: (_, id) => (id in people ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
  extraTokenClaims: (_, token) => (token.kind === "ClientCredentials" ? machines[token.clientId] : undefined),
  ttl: { AccessToken: 600, ClientCredentials: 300, IdToken: 600, Interaction: 600, Grant: 600, Session: 600 },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    backchannelLogout: { enabled: true },
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "participant:read identifier:read",
        audience,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  // It sends logout tokens to no address of its own machine, where the portal of the tests is.
  fetch: (url, { dispatcher, ...options } = {}) => globalThis.fetch(url, options),
});

createServer(provider.callback()).listen(port, "127.0.0.1", () => console.log("listening"));
