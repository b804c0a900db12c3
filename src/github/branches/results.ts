import type { Octokit } from "@octokit/rest";
import type { Fact, RepositoryRef, ResultFact } from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";
import { query } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { followPages, NO_PAGE } from "../client/pages.js";
import { mapResult, mapWhole } from "../nodes/map.js";
import { COMMIT_RESULTS } from "./queries.js";
import { commitResults } from "./responses.js";

/** See `BranchSource.readResults`. */
export async function readResults(
  client: Octokit,
  repository: RepositoryRef,
  oid: string,
): Promise<Fact<readonly ResultFact[]>> {
  const refusals: string[] = [];
  const readPage = async (after: string | null) => {
    const { owner, name } = repository;
    const variables = { owner, name, oid, after };
    const { data, refused } = await query(client, COMMIT_RESULTS, commitResults, variables);
    refusals.push(...refused);
    return mustBeThere(repository, data.repository).object;
  };
  const commit = await readPage(null);
  const first = commit?.statusCheckRollup?.contexts ?? NO_PAGE;
  const nodes = await followPages(first, async (after) => {
    return (await readPage(after))?.statusCheckRollup?.contexts ?? null;
  });
  if (refusals.length > 0) return FORBIDDEN;
  if (commit?.oid !== oid) {
    return unknown("not-found", `There is no commit ${oid.slice(0, 12)}.`, "None: the record says so.");
  }
  return mapWhole(nodes, first.totalCount, "results", mapResult);
}

const FORBIDDEN = unknown(
  "forbidden",
  "GitHub did not let the app read the commit's results.",
  "Grant the app “Checks: write” and “Commit statuses: read”.",
);
