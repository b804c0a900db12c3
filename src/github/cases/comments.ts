import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { IssuePlace } from "../../facts/case-source.js";
import { parseAnswer } from "../client/parse.js";
import { holdsOurMarker, post, since as asSince } from "./ours.js";

const comment = post.extend({ id: z.number() });
const created = z.object({ id: z.number() });
const COMMENTS = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";

/** See `CaseWriter.findComment`; of several the first, so that it is the same one every time. */
export async function findComment(
  client: Octokit,
  appId: number,
  { owner, name }: IssuePlace,
  number: number,
  marker: string,
  since: Date,
): Promise<number | null> {
  const query = { owner, repo: name, issue_number: number, since: asSince(since), per_page: 100 };
  for await (const { data } of client.paginate.iterator(COMMENTS, query)) {
    const comments = parseAnswer(z.array(comment), data, "an issue's comments");
    const ours = comments.find((one) => holdsOurMarker(one, appId, marker));
    if (ours !== undefined) return ours.id;
  }
  return null;
}

/** See `CaseWriter.createComment`; works for pull requests as well, which GitHub counts among the issues. */
export async function createComment(
  client: Octokit,
  { owner, name }: IssuePlace,
  number: number,
  body: string,
): Promise<number> {
  const { data } = await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    owner,
    repo: name,
    issue_number: number,
    body,
  });
  return parseAnswer(created, data, "creating a comment").id;
}
