import type { Terms } from "../../breakglass/case.js";
import type { Actor } from "../../breakglass/roles.js";
import type { Account, Fact, RepositoryRef } from "../../facts/facts.js";
import { known } from "../../facts/facts.js";
import type { Installation } from "../../github/github.js";

/**
 * Reads of someone who asks for a step what separation of duties turns on: which of the policy's teams they belong to,
 * and whether they may write. What is known already is not asked again.
 */
export async function readActor(
  { people }: Pick<Installation, "people">,
  repository: RepositoryRef,
  account: Account,
  terms: Terms,
  canPush: Fact<boolean> | null = null,
): Promise<Actor> {
  return {
    account,
    teams: await readTeams(people, repository, account, terms),
    canPush: canPush ?? (await people.readCanPush(repository, account)),
  };
}

async function readTeams(
  people: Installation["people"],
  { owner }: RepositoryRef,
  account: Account,
  { authority }: Terms,
): Promise<Fact<readonly number[]>> {
  const { declare, acknowledge, extend, reject, close, review } = authority;
  const grants = [declare, acknowledge, extend, reject, close, review];
  const teams = grants.flatMap((grant) => grant?.teams ?? []);
  return teams.length === 0 ? known([]) : people.readTeams(owner, account, [...new Set(teams)]);
}
