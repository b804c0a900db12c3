import type { Octokit } from "@octokit/rest";
import type { PeopleSource } from "../../facts/case-source.js";
import type { Account, Fact, RepositoryRef } from "../../facts/facts.js";
import { readCanPush } from "./access.js";
import { readTeams } from "./teams.js";

/** People as one installation of the app may read about them. */
export class GitHubPeopleSource implements PeopleSource {
  readonly #client: Octokit;

  constructor(client: Octokit) {
    this.#client = client;
  }

  readTeams(
    organization: string,
    account: Account,
    teams: readonly number[],
  ): Promise<Fact<readonly number[]>> {
    return readTeams(this.#client, organization, account, teams);
  }

  readCanPush(repository: RepositoryRef, account: Account): Promise<Fact<boolean>> {
    return readCanPush(this.#client, repository, account);
  }
}
