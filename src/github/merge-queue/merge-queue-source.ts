import type { Octokit } from "@octokit/rest";
import type { CommitFact, Fact, RepositoryRef, Unknown } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type { MergeQueueSource } from "../../facts/merge-group.js";
import type { MergeQueueReading, QueueEntry, QueueMethod } from "../../policy/merge-group/queue.js";
import { readChain } from "../branches/history.js";
import { readCommits } from "../branches/pushed-commits.js";
import { query } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { MERGE_QUEUE_OF_BRANCH } from "./queries.js";
import { type MergeQueueNode, mergeQueueOfBranch, type QueueEntryNode } from "./responses.js";

/** More commits than what waits in one queue is made of. */
const MAX_COMMITS = 500;
const HEADS = "refs/heads/";

const METHODS: Readonly<Record<"MERGE" | "SQUASH" | "REBASE", QueueMethod>> = {
  MERGE: "merge",
  SQUASH: "squash",
  REBASE: "rebase",
};

/** Merge queues as one installation of the app may read them. */
export class GitHubMergeQueueSource implements MergeQueueSource {
  readonly #client: Octokit;

  constructor(client: Octokit) {
    this.#client = client;
  }

  async readQueue(repository: RepositoryRef, branch: string): Promise<Fact<MergeQueueReading | null>> {
    const { owner, name } = repository;
    const variables = { owner, name, branch, ref: `${HEADS}${branch}` };
    const { data, refused } = await query(this.#client, MERGE_QUEUE_OF_BRANCH, mergeQueueOfBranch, variables);
    if (refused.length > 0) return FORBIDDEN;
    const { ref, mergeQueue } = mustBeThere(repository, data.repository);
    if (mergeQueue === null) return known(null);
    // Where there is no such branch GitHub takes the name for a short one: of a tag or branch called `refs/heads/…`.
    const tip = ref?.prefix === HEADS && ref.name === branch ? ref.target : null;
    return mapQueue(mergeQueue, tip?.oid ?? null);
  }

  async readLine(
    repository: RepositoryRef,
    head: string,
    until: string,
  ): Promise<Fact<readonly CommitFact[]>> {
    const chain = await readChain(this.#client, repository, head, until, MAX_COMMITS);
    if (chain === null) return astray(head, until);
    return readCommits(this.#client, repository, chain.map(({ oid }) => oid).reverse());
  }
}

function mapQueue(node: MergeQueueNode, branchTip: string | null): Fact<MergeQueueReading> {
  const { configuration, entries } = node;
  const method = configuration?.mergeMethod ?? null;
  if (configuration === null || method === null || entries === null) return UNTOLD;
  const mapped = entries.nodes.flatMap(mapEntry);
  if (mapped.length < entries.totalCount) return CUT;
  const mustPass = configuration.mergingStrategy === "ALLGREEN" ? "every" : "last";
  return known({ method: METHODS[method], mustPass, branchTip, entries: mapped });
}

function mapEntry({ baseCommit, headCommit, pullRequest }: QueueEntryNode): QueueEntry[] {
  if (pullRequest === null) return [];
  const { number, headRefOid: headOid } = pullRequest;
  return [{ number, headOid, baseOid: baseCommit?.oid ?? null, groupOid: headCommit?.oid ?? null }];
}

/** What an installation has to grant before the app can judge what a merge queue makes. */
export const GRANT_QUEUES =
  "Accept the app's permission “Merge queues: read” at its installation (Settings, GitHub Apps), then re-run this check.";

const FORBIDDEN: Unknown = unknown(
  "forbidden",
  "GitHub did not let the app read the merge queue.",
  GRANT_QUEUES,
);

const UNTOLD: Unknown = unknown(
  "unavailable",
  "GitHub does not tell how the merge queue merges.",
  "Re-run this check.",
);

const CUT: Unknown = unknown(
  "truncated",
  "More pull requests are in the merge queue than can be read.",
  "Let the queue become shorter.",
);

const astray = (head: string, until: string): Unknown =>
  unknown(
    "inconsistent",
    `The merge group's commit ${head.slice(0, 12)} does not lead back to ${until.slice(0, 12)}.`,
    "Take the pull request out of the queue and put it in again.",
  );
