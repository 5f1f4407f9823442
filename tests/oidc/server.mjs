// A real OpenID Connect issuer on loopback: node server.mjs PORT REDIRECT_URI ACCOUNTS_AS_JSON
// Its own login page takes any password; what it vouches for is in the accounts.
import * as oidc from "oidc-provider";

const [port, redirect, accounts] = process.argv.slice(2);
const known = JSON.parse(accounts);
const issuer = `http://127.0.0.1:${port}`;
const provider = new oidc.Provider(issuer, {
  clients: [{ client_id: "earnest", client_secret: "a secret of the tests", redirect_uris: [redirect] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  cookies: { keys: ["of the tests"] },
  findAccount: (_, id) =>
    id in known ? { accountId: id, claims: async () => ({ sub: id, ...known[id] }) } : undefined,
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
