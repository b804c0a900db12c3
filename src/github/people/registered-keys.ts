import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { Fact, RegisteredKeys, RepositoryRef } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";
import { mayWrite, readAccess } from "./access.js";

const user = z.object({ id: z.number(), login: z.string() });
const gpgKeys = z.array(z.object({ raw_key: z.string().nullable(), revoked: z.boolean().optional() }));
const sshKeys = z.array(z.object({ key: z.string() }));

/** More keys than anybody registers; a longer list is refused rather than read in part. */
const MAX_KEYS = 100;

/**
 * Reads the signing keys an account registered on GitHub. Keys of those who may not write to the repository are not
 * evidence of anything, so for them there is none (`null`); the forge's own account needs no such right.
 */
export async function readRegisteredKeys(
  client: Octokit,
  repository: RepositoryRef,
  login: string,
  kind: RegisteredKeys["kind"],
): Promise<Fact<RegisteredKeys> | null> {
  try {
    const owner =
      kind === "forge" ? await readUser(client, login) : await readWriter(client, repository, login);
    if (owner === null) return null;
    const [gpg, ssh] = await Promise.all([
      client.request("GET /users/{username}/gpg_keys", { username: login, per_page: MAX_KEYS }),
      client.request("GET /users/{username}/ssh_signing_keys", { username: login, per_page: MAX_KEYS }),
    ]);
    const keys = {
      gpg: parseAnswer(gpgKeys, gpg.data, "an account's GPG keys"),
      ssh: parseAnswer(sshKeys, ssh.data, "an account's SSH signing keys"),
    };
    if (Math.max(keys.gpg.length, keys.ssh.length) >= MAX_KEYS) return tooMany(login);
    return known({
      account: { id: owner.id, login: owner.login, type: "User" },
      kind,
      gpg: keys.gpg.flatMap((key) => (key.revoked === true ? [] : (key.raw_key ?? []))),
      ssh: keys.ssh.map(({ key }) => key),
    });
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return null;
    if (!isCountersignError(error, "github-forbidden")) throw error;
    return unknown(
      "unavailable",
      `The keys that ${login} registered on GitHub could not be read.`,
      `Add the key to .github/countersign/allowed_signers or keyring/, or re-run this check.`,
    );
  }
}

const tooMany = (login: string): Fact<RegisteredKeys> =>
  unknown(
    "truncated",
    `${login} registered more signing keys on GitHub than are read at once.`,
    "Remove keys that are not used, or add the key to .github/countersign/allowed_signers or keyring/.",
  );

async function readUser(client: Octokit, login: string): Promise<z.infer<typeof user>> {
  const { data } = await client.request("GET /users/{username}", { username: login });
  return parseAnswer(user, data, "an account");
}

async function readWriter(
  client: Octokit,
  repository: RepositoryRef,
  login: string,
): Promise<z.infer<typeof user> | null> {
  const access = await readAccess(client, repository, login);
  return mayWrite(access) ? access.user : null;
}
