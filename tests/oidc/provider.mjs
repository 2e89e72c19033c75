// The settings of an OpenID provider (npm oidc-provider, certified by the OpenID Foundation) for `make test-oidc`: one
// client, and whoever types a name at its own page. Arguments: where its packages are, and the address of the desk.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [packages, desk] = process.argv.slice(2);
const home = createRequire(`${packages}/package.json`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(home));

const ROLES = { sanne: ["Consulent"], karim: ["Consulent"], beheer: ["Beheer"], nobody: ["Iets anders"] };
const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "maatje",
        client_secret: "a secret of the provider",
        redirect_uris: [`${desk}/desk/oidc/back`],
        post_logout_redirect_uris: [`${desk}/desk/sign-in`],
        backchannel_logout_uri: `${desk}/desk/oidc/ended`,
        backchannel_logout_session_required: true,
      },
    ],
    claims: { email: ["email", "email_verified"], profile: ["roles"] },
    features: { backchannelLogout: { enabled: true } },
    // As it comes, it asks no address of this machine; the desk of the tests is there.
    fetch: (address, { dispatcher: _, ...options }) => globalThis.fetch(address, options),
    cookies: { keys: ["a key for cookies of the tests"] },
    // The way in is the test's own page: any name, any password.
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@huizen.example`,
        email_verified: id !== "unsure",
        roles: ROLES[id] ?? ["Consulent"],
      }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
