import type { Octokit } from "@octokit/rest";
import type {
  BranchActivity,
  BranchReading,
  BranchSource,
  RepositoryReading,
} from "../../facts/case-source.js";
import type { CommitFact, Fact, RepositoryRef, ResultFact } from "../../facts/facts.js";
import { readActivity } from "./activity.js";
import { type Ends, readBranch, readOn } from "./history.js";
import { readPushedCommits } from "./pushed-commits.js";
import { listRepositories, readRepository } from "./repositories.js";
import { readResults } from "./results.js";

/** Branches and commits as one installation of the app may read them. */
export class GitHubBranchSource implements BranchSource {
  readonly #client: Octokit;

  constructor(client: Octokit) {
    this.#client = client;
  }

  readBranch(
    repository: RepositoryRef,
    branch: string,
    until: string | null,
    limit: number,
  ): Promise<BranchReading> {
    return readBranch(this.#client, repository, branch, until, limit);
  }

  readOn(
    repository: RepositoryRef,
    reading: BranchReading,
    ends: Ends,
    limit: number,
  ): Promise<BranchReading> {
    return readOn(this.#client, repository, reading, ends, limit);
  }

  readActivity(repository: RepositoryRef, branch: string): Promise<Fact<readonly BranchActivity[]>> {
    return readActivity(this.#client, repository, branch);
  }

  readPushedCommits(
    repository: RepositoryRef,
    before: string | null,
    after: string,
  ): Promise<Fact<readonly CommitFact[]>> {
    return readPushedCommits(this.#client, repository, before, after);
  }

  readResults(repository: RepositoryRef, oid: string): Promise<Fact<readonly ResultFact[]>> {
    return readResults(this.#client, repository, oid);
  }

  readRepository(repository: RepositoryRef): Promise<RepositoryReading> {
    return readRepository(this.#client, repository);
  }

  listRepositories(): Promise<RepositoryRef[]> {
    return listRepositories(this.#client);
  }
}
