import { gpgKey, publicUser, sshSigningKey } from "../render/accounts.js";
import type { Account } from "../world/model.js";
import { notFound } from "../world/refusal.js";
import { ok, paged, text, type Handler, type RestRequest } from "./request.js";

/** Accounts and the keys they registered, and the caller's own rate limit. */
export const users: Readonly<Record<string, Handler>> = {
  "users/get-by-username": (request) => ok(publicUser(request.world, accountOf(request))),
  "users/list-gpg-keys-for-user": async (request) => {
    const account = accountOf(request);
    const { webFlow } = request.world;
    if (account === webFlow.account()) await webFlow.key();
    return paged(request, account.gpgKeys, (page) => page.map((key) => gpgKey(account, key)));
  },
  "users/list-ssh-signing-keys-for-user": (request) =>
    paged(request, accountOf(request).sshSigningKeys, (page) => page.map(sshSigningKey)),
  "rate-limit/get": ({ limits, caller }) => {
    const core = limits.state(caller, "core");
    return ok({ resources: { core, search: core, graphql: limits.state(caller, "graphql") }, rate: core });
  },
};

function accountOf(request: RestRequest): Account {
  // GitHub's own account is there before anything was merged.
  request.world.webFlow.account();
  const account = request.world.account(text(request, "username"));
  if (account === null) throw notFound();
  return account;
}
