import type { Octokit } from "@octokit/rest";
import type { CommitFact, Fact, RepositoryRef, Unknown } from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";
import { query } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { mapCommits } from "../nodes/map.js";
import type { CommitNode } from "../nodes/schemas.js";
import { compareCommits } from "./compare.js";
import { commitAlias, commitsByOid } from "./queries.js";
import { commitsByOidAnswer } from "./responses.js";

/** GraphQL ends a query after 10 s, so they stay small. */
const COMMITS_A_REQUEST = 50;

/** See `BranchSource.readPushedCommits`. */
export async function readPushedCommits(
  client: Octokit,
  repository: RepositoryRef,
  before: string | null,
  after: string,
): Promise<Fact<readonly CommitFact[]>> {
  if (before === null) return readCommits(client, repository, [after]);
  const oids = await compareCommits(client, repository, before, after);
  return oids.known ? readCommits(client, repository, oids.value) : oids;
}

/** Commits with their signatures, in the order of `oids`; unknown where one of them is not handed out. */
export async function readCommits(
  client: Octokit,
  repository: RepositoryRef,
  oids: readonly string[],
): Promise<Fact<readonly CommitFact[]>> {
  const nodes: CommitNode[] = [];
  for (let start = 0; start < oids.length; start += COMMITS_A_REQUEST) {
    const batch = oids.slice(start, start + COMMITS_A_REQUEST);
    const read = await readBatch(client, repository, batch);
    if (read === "forbidden") return FORBIDDEN;
    const missing = batch.find((oid, place) => read[place]?.oid !== oid);
    if (missing !== undefined) return gone(missing);
    nodes.push(...read.flatMap((node) => node ?? []));
  }
  return mapCommits(nodes, oids.length);
}

/** A person who was refused looks like nobody, and nobody is kept from reviewing: then all of them are unknown. */
async function readBatch(
  client: Octokit,
  repository: RepositoryRef,
  oids: readonly string[],
): Promise<(CommitNode | null)[] | "forbidden"> {
  const variables = Object.fromEntries(oids.map((oid, place) => [commitAlias(place), oid]));
  const { owner, name } = repository;
  const document = commitsByOid(oids.length);
  const { data, refused } = await query(client, document, commitsByOidAnswer, { owner, name, ...variables });
  if (refused.length > 0) return "forbidden";
  const answer = mustBeThere(repository, data.repository);
  return oids.map((_oid, place) => answer[commitAlias(place)] ?? null);
}

const FORBIDDEN: Unknown = unknown(
  "forbidden",
  "GitHub did not let the app read the commits.",
  "Grant the app the repository permission “Contents: read”.",
);

const gone = (oid: string): Unknown =>
  unknown(
    "inconsistent",
    `GitHub does not hand out commit ${oid.slice(0, 12)}.`,
    "None: the record says so.",
  );
