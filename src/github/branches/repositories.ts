import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { CountersignError } from "../../errors.js";
import type { RepositoryReading } from "../../facts/case-source.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { query, refusal } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { followPages } from "../client/pages.js";
import { parseAnswer } from "../client/parse.js";
import { mapRepository } from "../nodes/map.js";
import { REPOSITORY_BRANCHES } from "./queries.js";
import { repositoryBranches } from "./responses.js";

/**
 * See `BranchSource.readRepository`.
 * @throws CountersignError `github-unavailable` where the list of branches changed while it was read
 */
export async function readRepository(client: Octokit, repository: RepositoryRef): Promise<RepositoryReading> {
  const readPage = async (after: string | null) => {
    const { owner, name } = repository;
    const variables = { owner, name, after };
    const { data, refused } = await query(client, REPOSITORY_BRANCHES, repositoryBranches, variables);
    if (refused.length > 0) {
      throw refusal(refused, "Grant the app the repository permission “Contents: read”.");
    }
    return mustBeThere(repository, data.repository);
  };
  const node = await readPage(null);
  const refs = await followPages(node.refs, async (after) => (await readPage(after)).refs);
  const branches = [...new Set(refs.map(({ name }) => name))];
  // A branch that is left out would not be watched.
  if (branches.length < node.refs.totalCount) {
    throw new CountersignError("github-unavailable", "GitHub did not list every branch.");
  }
  return {
    repository: mapRepository(node, repository),
    url: node.url,
    defaultBranch: node.defaultBranchRef?.name ?? null,
    branches,
  };
}

const accessible = z.array(
  z.object({ id: z.number(), name: z.string(), owner: z.object({ login: z.string() }) }),
);

/** See `BranchSource.listRepositories`. */
export async function listRepositories(client: Octokit): Promise<RepositoryRef[]> {
  const data = await client.paginate("GET /installation/repositories", { per_page: 100 });
  return parseAnswer(accessible, data, "an installation's repositories").map(({ id, name, owner }) => ({
    id,
    owner: owner.login,
    name,
  }));
}
