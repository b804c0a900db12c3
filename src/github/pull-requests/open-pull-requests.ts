import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const pulls = z.array(z.object({ number: z.number() }));

/** The numbers of a repository's open pull requests; those into one branch where `base` is given. */
export async function openPullRequests(
  client: Octokit,
  { owner, name }: RepositoryRef,
  base: string | null,
): Promise<number[]> {
  const data = await client.paginate("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo: name,
    state: "open",
    per_page: 100,
    ...(base === null ? {} : { base }),
  });
  return parseAnswer(pulls, data, "open pull requests").map(({ number }) => number);
}
