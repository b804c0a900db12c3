import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../facts/facts.js";
import { parseAnswer } from "./parse.js";

const pulls = z.array(z.object({ number: z.number() }));
const pullsWithHead = z.array(
  z.object({ number: z.number(), state: z.string(), head: z.object({ sha: z.string() }) }),
);

/** The numbers of a repository's open pull requests; those into one branch where `base` is given. */
export async function openPullRequests(
  client: Octokit,
  repository: RepositoryRef,
  base: string | null,
): Promise<number[]> {
  const data = await client.paginate("GET /repos/{owner}/{repo}/pulls", {
    owner: repository.owner,
    repo: repository.name,
    state: "open",
    per_page: 100,
    ...(base === null ? {} : { base }),
  });
  return parseAnswer(pulls, data, "open pull requests").map(({ number }) => number);
}

/** The numbers of a repository's open pull requests whose head is this commit. */
export async function pullRequestsAt(
  client: Octokit,
  repository: RepositoryRef,
  oid: string,
): Promise<number[]> {
  const data = await client.paginate("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
    owner: repository.owner,
    repo: repository.name,
    commit_sha: oid,
    per_page: 100,
  });
  return parseAnswer(pullsWithHead, data, "a commit's pull requests")
    .filter(({ state, head }) => state === "open" && head.sha === oid)
    .map(({ number }) => number);
}
