import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RetroactiveOffer, RetroactiveSource, TreeEntry } from "../../facts/case-source.js";
import type { Fact, RepositoryRef } from "../../facts/facts.js";
import { readMergeBase } from "../branches/compare.js";
import { parseAnswer } from "../client/parse.js";
import { readOffer } from "./offer.js";
import { readReached } from "./reached-tree.js";
import { readTree } from "./tree.js";

const pulls = z.array(
  z.object({
    number: z.number(),
    head: z.object({ ref: z.string(), repo: z.object({ id: z.number() }).nullable() }),
  }),
);

/** What a retroactive pull request is judged by, as one installation of the app may read it. */
export class GitHubRetroactiveSource implements RetroactiveSource {
  readonly #client: Octokit;

  constructor(client: Octokit) {
    this.#client = client;
  }

  readTree(repository: RepositoryRef, commitOid: string): Promise<Fact<ReadonlyMap<string, TreeEntry>>> {
    return readTree(this.#client, repository, commitOid);
  }

  readReached(
    repository: RepositoryRef,
    commitOid: string,
    reaches: (folder: string) => boolean,
  ): Promise<Fact<ReadonlyMap<string, TreeEntry>>> {
    return readReached(this.#client, repository, commitOid, reaches);
  }

  readMergeBase(repository: RepositoryRef, base: string, head: string): Promise<Fact<string>> {
    return readMergeBase(this.#client, repository, base, head);
  }

  readOffer(repository: RepositoryRef, number: number): Promise<RetroactiveOffer | null> {
    return readOffer(this.#client, repository, number);
  }

  /** The filter that is asked for holds for forks of the same owner too, and GitHub ignores one that it cannot read. */
  async findPullsOfHead({ id, owner, name }: RepositoryRef, branch: string): Promise<number[]> {
    const data = await this.#client.paginate("GET /repos/{owner}/{repo}/pulls", {
      owner,
      repo: name,
      head: `${owner}:${branch}`,
      state: "open",
      per_page: 100,
    });
    return parseAnswer(pulls, data, "open pull requests of a branch")
      .filter(({ head }) => head.ref === branch && head.repo?.id === id)
      .map(({ number }) => number);
  }
}
