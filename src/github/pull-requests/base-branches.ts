import type { PullRequestAddress } from "../../facts/source.js";

const MAX_ENTRIES = 10_000;
const USUAL = "main";

/**
 * The base branch each pull request had when it was last read. Its name must be known before the query that also reads
 * its policy file; a wrong guess costs one more request and nothing else, since the answer is checked against it.
 */
export class BaseBranches {
  readonly #byPullRequest = new Map<string, string>();

  lastSeen(address: PullRequestAddress): string {
    return this.#byPullRequest.get(keyOf(address)) ?? USUAL;
  }

  remember(address: PullRequestAddress, branch: string): void {
    const [oldest] = this.#byPullRequest.keys();
    if (oldest !== undefined && this.#byPullRequest.size >= MAX_ENTRIES) this.#byPullRequest.delete(oldest);
    this.#byPullRequest.set(keyOf(address), branch);
  }
}

const keyOf = ({ repository, number }: PullRequestAddress): string => `${repository.id}#${number}`;
