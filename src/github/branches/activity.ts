import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { BranchActivity } from "../../facts/case-source.js";
import type { Fact, RepositoryRef } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const entry = z.object({
  id: z.number(),
  ref: z.string(),
  timestamp: z.string(),
  before: z.string(),
  after: z.string(),
  activity_type: z.string(),
  actor: z
    .object({
      id: z.number(),
      login: z.string(),
      type: z.enum(["User", "Bot", "Mannequin", "Organization"]),
    })
    .nullable(),
});

/** How much of a branch's log is read for one of its entries, in pages of 100. */
const LOG_PAGES = 10;
/** An entry may have been written somewhat before the time that GitHub gives for what it logs. */
const LOG_SLACK_MS = 60 * 60_000;
const LOG = "GET /repos/{owner}/{repo}/activity";

const refOf = (branch: string): string => `refs/heads/${branch}`;
const logOf = ({ owner, name }: RepositoryRef, branch: string) => ({
  owner,
  repo: name,
  ref: refOf(branch),
  per_page: 100,
});

/** See `BranchSource.readActivity`. */
export async function readActivity(
  client: Octokit,
  repository: RepositoryRef,
  branch: string,
): Promise<Fact<readonly BranchActivity[]>> {
  try {
    const { data } = await client.request(LOG, logOf(repository, branch));
    return known(parseLog(data, branch));
  } catch (error) {
    if (!isCountersignError(error, "github-not-found", "github-forbidden")) throw error;
    return unknown(
      "forbidden",
      `The activity log of ${branch} could not be read.`,
      "Grant the app the repository permission “Contents: read”.",
    );
  }
}

/**
 * The newest entry of a branch's activity that ends at `oid`; `null` if there is none or it may not be read. Without
 * `since` only the newest page is read, with it every page down to that time.
 */
export async function findMove(
  client: Octokit,
  repository: RepositoryRef,
  branch: string,
  oid: string,
  since: Date | null,
): Promise<BranchActivity | null> {
  for await (const moves of pagesOfLog(client, repository, branch, since)) {
    const found = moves.find(({ after }) => after === oid);
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * A branch's log page by page, the newest first; none if it may not be read. Without `since` only the newest page, with
 * it every page down to that time.
 */
export async function* pagesOfLog(
  client: Octokit,
  repository: RepositoryRef,
  branch: string,
  since: Date | null,
): AsyncGenerator<readonly BranchActivity[], void> {
  const earliest = since === null ? Number.POSITIVE_INFINITY : since.getTime() - LOG_SLACK_MS;
  let pages = 0;
  try {
    for await (const { data } of client.paginate.iterator(LOG, logOf(repository, branch))) {
      const moves = parseLog(data, branch);
      yield moves;
      pages += 1;
      const reached = moves.some(({ at }) => Date.parse(at) < earliest);
      if (reached || pages === LOG_PAGES) return;
    }
  } catch (error) {
    if (!isCountersignError(error, "github-not-found", "github-forbidden")) throw error;
  }
}

/** Entries of another ref, which a branch with a strange name could bring, are not taken for the branch's own. */
function parseLog(data: unknown, branch: string): BranchActivity[] {
  return parseAnswer(z.array(entry), data, "a branch's activity")
    .filter(({ ref }) => ref === refOf(branch))
    .map(({ id, before, after, timestamp, activity_type, actor }) => ({
      id,
      before,
      after,
      at: timestamp,
      kind: activity_type,
      actor,
    }));
}
