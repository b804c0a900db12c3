import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { Fact, RepositoryRef, Unknown } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const COMPARE = "GET /repos/{owner}/{repo}/compare/{basehead}";
const comparison = z.object({
  total_commits: z.number(),
  merge_base_commit: z.object({ sha: z.string() }),
  commits: z.array(z.object({ sha: z.string() })),
});

/** More commits than one push is judged by; GitHub itself stops at about as many. */
const MAX_COMMITS = 1_000;

/**
 * The OIDs of the commits that `head` has and `base` has not, in chronological order.
 * https://docs.github.com/rest/commits/commits#compare-two-commits
 */
export async function compareCommits(
  client: Octokit,
  repository: RepositoryRef,
  base: string,
  head: string,
): Promise<Fact<readonly string[]>> {
  const oids = new Set<string>();
  try {
    for await (const { data } of client.paginate.iterator(COMPARE, place(repository, base, head, 100))) {
      const page = parseAnswer(comparison, data, "a comparison");
      for (const { sha } of page.commits) oids.add(sha);
      if (page.total_commits > MAX_COMMITS) return tooMany(page.total_commits);
      if (oids.size === page.total_commits) return known([...oids]);
    }
  } catch (error) {
    return notComparable(error, base, head);
  }
  return unknown(
    "inconsistent",
    `GitHub does not list every commit between ${short(base)} and ${short(head)}.`,
    "None: it is read again.",
  );
}

/** The best common ancestor of two commits. */
export async function readMergeBase(
  client: Octokit,
  repository: RepositoryRef,
  base: string,
  head: string,
): Promise<Fact<string>> {
  try {
    const { data } = await client.request(COMPARE, place(repository, base, head, 1));
    return known(parseAnswer(comparison, data, "a comparison").merge_base_commit.sha);
  } catch (error) {
    return notComparable(error, base, head);
  }
}

const place = ({ owner, name }: RepositoryRef, base: string, head: string, per_page: number) => ({
  owner,
  repo: name,
  basehead: `${base}...${head}`,
  per_page,
});

const short = (oid: string): string => oid.slice(0, 12);

const tooMany = (count: number): Unknown =>
  unknown(
    "truncated",
    `The push brought ${count} commits, more than are read.`,
    "Push fewer commits at once.",
  );

/** GitHub keeps commits that no branch has any more for a while only, and compares none without a common ancestor. */
function notComparable(error: unknown, base: string, head: string): Unknown {
  const between = `${short(base)} and ${short(head)}`;
  if (isCountersignError(error, "github-not-found")) {
    return unknown(
      "not-found",
      `GitHub cannot compare ${between}: one of them is gone, or they have no common ancestor.`,
      "None: the record says so.",
    );
  }
  if (isCountersignError(error, "github-forbidden")) {
    return unknown(
      "forbidden",
      `GitHub did not let the app compare ${between}.`,
      "Grant the app the repository permission “Contents: read”.",
    );
  }
  throw error;
}
