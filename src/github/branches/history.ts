import type { Octokit } from "@octokit/rest";
import { CountersignError } from "../../errors.js";
import type { BranchReading, HistoryCommit } from "../../facts/case-source.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { query, refusal } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { BRANCH_HISTORY, COMMIT_HISTORY } from "./queries.js";
import {
  type AssociatedPullNode,
  branchHistory,
  commitHistory,
  type HistoryCommitNode,
} from "./responses.js";

/** How many requests one reading may take: a history that merges long branches takes up to one a commit. */
const MAX_REQUESTS = 50;
/** How many more where it turns out to be a long way: less than half of what an installation has for an hour. */
const MAX_MORE_REQUESTS = 450;
/** What moved a branch once is short. */
const CHAIN_REQUESTS = 10;
const HEADS = "refs/heads/";

/** A pull request that the app may not see (of a fork, say) is none of this repository's. */
const MAY_BE_REFUSED = ".associatedPullRequests.nodes.";

/** See `BranchSource.readBranch`. */
export async function readBranch(
  client: Octokit,
  repository: RepositoryRef,
  branch: string,
  until: string | null,
  limit: number,
): Promise<BranchReading> {
  const newest = await readTip(client, repository, branch);
  if (newest === null) return { tip: null, history: [], reached: false, cut: false };
  const walk = new Walk(repository, { until, floor: null }, limit);
  const next = walk.follow(newest.oid, newest.history.nodes);
  if (until !== null) await readDown(client, repository, walk, next, MAX_REQUESTS - 1);
  return { tip: newest.oid, ...walk.read() };
}

/** See `BranchSource.readOn`. */
export async function readOn(
  client: Octokit,
  repository: RepositoryRef,
  reading: BranchReading,
  ends: Ends,
  limit: number,
): Promise<BranchReading> {
  const next = reading.history.at(-1)?.parents[0] ?? null;
  const walk = new Walk(repository, ends, limit - reading.history.length);
  if (next !== null) await readDown(client, repository, walk, walk.follow(next, []), MAX_MORE_REQUESTS);
  const { history, reached, cut } = walk.read();
  return { tip: reading.tip, history: [...reading.history, ...history], reached, cut };
}

/** @throws CountersignError `github-unavailable` where GitHub does not hand out a commit of the history */
async function readDown(
  client: Octokit,
  repository: RepositoryRef,
  walk: Walk,
  from: string | null,
  most: number,
): Promise<void> {
  let next = from;
  for (let requests = 0; next !== null && requests < most; requests += 1) {
    const nodes = await readAncestors(client, repository, next);
    if (nodes === null) throw notHandedOut(next);
    next = walk.follow(next, nodes);
  }
}

/**
 * The first-parent chain from one commit down to another one, which is not part of it, the newest first; `null` where it
 * does not lead there within `limit` commits, or GitHub has the commits no more.
 *
 * @throws CountersignError `github-forbidden`, or another `github-*` code
 */
export async function readChain(
  client: Octokit,
  repository: RepositoryRef,
  from: string,
  until: string,
  limit: number,
): Promise<readonly HistoryCommit[] | null> {
  const walk = new Walk(repository, { until, floor: null }, limit);
  let next = walk.follow(from, []);
  for (let requests = 0; next !== null && requests < CHAIN_REQUESTS; requests += 1) {
    const nodes = await readAncestors(client, repository, next);
    if (nodes === null) return null;
    next = walk.follow(next, nodes);
  }
  return walk.reached ? walk.history : null;
}

/** Where reading ends: before `until`, or with `floor`, below which it is not looked for. */
export interface Ends {
  readonly until: string | null;
  readonly floor: string | null;
}

/**
 * First parents, one after the other. Pages hold all ancestors: those of merged branches are passed over, and where a
 * first parent is not among what was read, the next page is asked for from there.
 */
class Walk {
  readonly history: HistoryCommit[] = [];
  reached = false;
  /** Whether there is nothing more to be read: the first commit of the history, or the floor, was seen. */
  ended = false;
  readonly #repository: RepositoryRef;
  readonly #ends: Ends;
  readonly #limit: number;

  constructor(repository: RepositoryRef, ends: Ends, limit: number) {
    this.#repository = repository;
    this.#ends = ends;
    this.#limit = limit;
  }

  /** Goes on from `from` through `nodes`; the commit from which more must be read, or `null` where it is enough. */
  follow(from: string, nodes: readonly HistoryCommitNode[]): string | null {
    const byOid = new Map(nodes.map((node) => [node.oid, node]));
    let at = from;
    for (;;) {
      this.reached = at === this.#ends.until;
      if (this.reached || this.history.length >= this.#limit) return null;
      const node = byOid.get(at);
      if (node === undefined) return at;
      this.history.push(mapHistoryCommit(node, this.#repository));
      const [parent] = node.parents.nodes;
      this.ended = parent === undefined || at === this.#ends.floor;
      if (parent === undefined || this.ended) return null;
      at = parent.oid;
    }
  }

  read(): Pick<BranchReading, "history" | "reached" | "cut"> {
    return { history: this.history, reached: this.reached, cut: !this.reached && !this.ended };
  }
}

async function readTip(client: Octokit, repository: RepositoryRef, branch: string) {
  const { owner, name } = repository;
  const { data, refused } = await query(client, BRANCH_HISTORY, branchHistory, {
    owner,
    name,
    ref: `${HEADS}${branch}`,
  });
  throwIfNeeded(refused);
  const { ref } = mustBeThere(repository, data.repository);
  // Where there is no such branch GitHub takes the name for a short one: of a tag or branch called `refs/heads/…`.
  return ref?.prefix === HEADS && ref.name === branch ? ref.target : null;
}

/** A commit and those before it; `null` where GitHub does not hand it out. */
async function readAncestors(
  client: Octokit,
  repository: RepositoryRef,
  oid: string,
): Promise<HistoryCommitNode[] | null> {
  const { owner, name } = repository;
  const { data, refused } = await query(client, COMMIT_HISTORY, commitHistory, { owner, name, oid });
  throwIfNeeded(refused);
  const nodes = mustBeThere(repository, data.repository).object?.history.nodes ?? [];
  return nodes.some((node) => node.oid === oid) ? nodes : null;
}

const notHandedOut = (oid: string): CountersignError =>
  new CountersignError("github-unavailable", `GitHub does not hand out commit ${oid.slice(0, 12)}.`);

/** @throws CountersignError `github-forbidden` */
function throwIfNeeded(refused: readonly string[]): void {
  const needed = refused.filter((path) => !path.includes(MAY_BE_REFUSED));
  if (needed.length > 0) throw refusal(needed, "Grant the app “Contents: read” and “Pull requests: read”.");
}

function mapHistoryCommit(node: HistoryCommitNode, repository: RepositoryRef): HistoryCommit {
  return {
    oid: node.oid,
    parents: node.parents.nodes.map(({ oid }) => oid),
    mergedPulls: node.associatedPullRequests.nodes.flatMap((pull) => mapMergedPull(pull, repository)),
  };
}

/** GitHub associates pull requests of the whole network of forks with a commit. */
function mapMergedPull(
  pull: AssociatedPullNode | null,
  repository: RepositoryRef,
): HistoryCommit["mergedPulls"][number][] {
  if (pull?.state !== "MERGED" || pull.baseRepository?.databaseId !== repository.id) return [];
  return [
    {
      number: pull.number,
      baseRef: pull.baseRefName,
      mergeCommitOid: pull.mergeCommit?.oid ?? null,
      commits: pull.commits.totalCount,
    },
  ];
}
