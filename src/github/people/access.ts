import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { Account, Fact, RepositoryRef } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const permission = z.object({
  permission: z.enum(["admin", "write", "read", "none"]),
  user: z.object({ id: z.number(), login: z.string() }).nullable(),
});

/** What an account may do in a repository: here `maintain` counts as `write`, and `triage` as `read`. */
export type Access = z.infer<typeof permission>;

export const mayWrite = (access: Access): boolean =>
  access.permission === "admin" || access.permission === "write";

/**
 * What the account that has this login now may do in the repository.
 * @throws CountersignError `github-not-found` where nobody has it
 */
export async function readAccess(
  client: Octokit,
  { owner, name }: RepositoryRef,
  login: string,
): Promise<Access> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
    owner,
    repo: name,
    username: login,
  });
  return parseAnswer(permission, data, "a collaborator's permission");
}

/** See `PeopleSource.readCanPush`. */
export async function readCanPush(
  client: Octokit,
  repository: RepositoryRef,
  account: Account,
): Promise<Fact<boolean>> {
  try {
    const access = await readAccess(client, repository, account.login);
    return access.user?.id === account.id ? known(mayWrite(access)) : someoneElse(account);
  } catch (error) {
    if (!isCountersignError(error, "github-not-found", "github-forbidden")) throw error;
    return unknown(
      "forbidden",
      `GitHub did not tell whether ${account.login} may write to the repository.`,
      "Have someone do it who is a collaborator of the repository.",
    );
  }
}

/** Logins can be given up and taken by others, who are not to inherit what their former owners were allowed. */
export const someoneElse = ({ id, login }: Account) =>
  unknown(
    "inconsistent",
    `The login ${login} does not belong to account ${id} any more.`,
    "Try again: events come with the login that the account has now.",
  );
