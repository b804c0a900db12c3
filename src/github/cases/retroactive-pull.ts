import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { CountersignError, isCountersignError } from "../../errors.js";
import type { CaseWriter } from "../../facts/case-source.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const ref = z.object({ ref: z.string(), object: z.object({ sha: z.string() }) });
const created = z.object({ number: z.number() });

/** See `CaseWriter.createBranch`. https://docs.github.com/rest/git/refs#create-a-reference */
export async function createBranch(
  client: Octokit,
  repository: RepositoryRef,
  branch: string,
  oid: string,
): Promise<void> {
  try {
    await client.request("POST /repos/{owner}/{repo}/git/refs", {
      owner: repository.owner,
      repo: repository.name,
      ref: `refs/heads/${branch}`,
      sha: oid,
    });
  } catch (error) {
    // Rejected is a branch that is there already, and a commit that is not: what is there now tells which.
    if (!isCountersignError(error, "github-rejected")) throw error;
    const tip = await readTip(client, repository, branch);
    if (tip === oid) return;
    if (tip === null) throw error;
    throw new CountersignError("github-rejected", `${branch} is at ${tip}, not at ${oid}.`, {
      remedy: `Delete the branch ${branch}, or rename it.`,
      cause: error,
    });
  }
}

async function readTip(
  client: Octokit,
  { owner, name }: RepositoryRef,
  branch: string,
): Promise<string | null> {
  try {
    const { data } = await client.request("GET /repos/{owner}/{repo}/git/ref/{ref}", {
      owner,
      repo: name,
      ref: `heads/${branch}`,
    });
    return parseAnswer(ref, data, "a branch").object.sha;
  } catch (error) {
    if (isCountersignError(error, "github-not-found")) return null;
    throw error;
  }
}

/** See `CaseWriter.createPullRequest`. */
export async function createPullRequest(
  client: Octokit,
  { owner, name }: RepositoryRef,
  { title, body, head, base }: Parameters<CaseWriter["createPullRequest"]>[1],
): Promise<number> {
  const { data } = await client.request("POST /repos/{owner}/{repo}/pulls", {
    owner,
    repo: name,
    title,
    body,
    head,
    base,
  });
  return parseAnswer(created, data, "opening a pull request").number;
}
