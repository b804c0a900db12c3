import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { RepositoryRef } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

const pulls = z.array(
  z.object({
    number: z.number(),
    state: z.enum(["open", "closed"]),
    updated_at: z.string(),
    merged_at: z.string().nullable(),
  }),
);

/**
 * The numbers of a repository's pull requests that are open or were merged since an instant, the last touched first.
 * Those that were closed without a merge changed nothing.
 */
export async function* pullRequestsSince(
  client: Octokit,
  { owner, name }: RepositoryRef,
  since: Date,
): AsyncGenerator<number> {
  const pages = client.paginate.iterator("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo: name,
    state: "all",
    sort: "updated",
    direction: "desc",
    per_page: 100,
  });
  for await (const { data } of pages) {
    for (const pull of parseAnswer(pulls, data, "pull requests")) {
      // A merge is an update: nothing below was merged any later.
      if (new Date(pull.updated_at) < since) return;
      const merged = pull.merged_at !== null && new Date(pull.merged_at) >= since;
      if (pull.state === "open" || merged) yield pull.number;
    }
  }
}
