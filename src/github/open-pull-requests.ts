import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../facts/facts.js";
import { parseAnswer } from "./parse.js";

const pulls = z.array(
  z.object({ number: z.number(), state: z.string(), head: z.object({ sha: z.string() }) }),
);
type Pull = z.infer<typeof pulls>[number];

/** The numbers of a repository's open pull requests; those into one branch where `base` is given. */
export async function openPullRequests(
  client: Octokit,
  repository: RepositoryRef,
  base: string | null,
): Promise<number[]> {
  return (await readOpen(client, repository, base)).map(({ number }) => number);
}

/**
 * The numbers of a repository's open pull requests whose head is this commit. GitHub names the open ones of a commit
 * only while it is not on the default branch; those that promote the default branch are found among all open ones.
 */
export async function pullRequestsAt(
  client: Octokit,
  repository: RepositoryRef,
  oid: string,
): Promise<number[]> {
  const isHere = ({ state, head }: Pull) => state === "open" && head.sha === oid;
  const ofCommit = (await readOfCommit(client, repository, oid)).filter(isHere);
  const found = ofCommit.length > 0 ? ofCommit : (await readOpen(client, repository, null)).filter(isHere);
  return found.map(({ number }) => number).sort((one, other) => one - other);
}

async function readOpen(
  client: Octokit,
  { owner, name }: RepositoryRef,
  base: string | null,
): Promise<Pull[]> {
  const data = await client.paginate("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo: name,
    state: "open",
    per_page: 100,
    ...(base === null ? {} : { base }),
  });
  return parseAnswer(pulls, data, "open pull requests");
}

async function readOfCommit(client: Octokit, { owner, name }: RepositoryRef, oid: string): Promise<Pull[]> {
  const data = await client.paginate("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
    owner,
    repo: name,
    commit_sha: oid,
    per_page: 100,
  });
  return parseAnswer(pulls, data, "a commit's pull requests");
}
