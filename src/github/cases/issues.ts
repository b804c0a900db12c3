import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { IssueContent, IssuePlace } from "../../facts/case-source.js";
import { parseAnswer } from "../client/parse.js";
import { holdsOurMarker, isBefore, post, since as asSince } from "./ours.js";

const issue = post.extend({
  number: z.number(),
  created_at: z.string(),
  pull_request: z.unknown().optional(),
});
const created = z.object({ number: z.number() });
const ISSUES = "GET /repos/{owner}/{repo}/issues";

/** See `CaseWriter.findIssue`; of several the first, so that it is the same one every time. */
export async function findIssue(
  client: Octokit,
  appId: number,
  { owner, name }: IssuePlace,
  marker: string,
  since: Date,
): Promise<number | null> {
  let found: number | null = null;
  for await (const { data } of client.paginate.iterator(ISSUES, {
    owner,
    repo: name,
    state: "all",
    since: asSince(since),
    sort: "created",
    direction: "desc",
    per_page: 100,
  })) {
    const issues = parseAnswer(z.array(issue), data, "a repository's issues");
    const ours = issues.filter((one) => !one.pull_request && holdsOurMarker(one, appId, marker));
    found = ours.at(-1)?.number ?? found;
    // `since` is of the last change: what follows was changed since, but is too old to be what is looked for.
    if (issues.some(({ created_at }) => isBefore(created_at, since))) break;
  }
  return found;
}

/** See `CaseWriter.createIssue`. GitHub opens every issue, so one that is to be closed is closed then. */
export async function createIssue(
  client: Octokit,
  place: IssuePlace,
  content: IssueContent,
): Promise<number> {
  const { data } = await client.request("POST /repos/{owner}/{repo}/issues", {
    owner: place.owner,
    repo: place.name,
    title: content.title,
    body: content.body,
    labels: [...content.labels],
  });
  const { number } = parseAnswer(created, data, "creating an issue");
  if (!content.open) await updateIssue(client, place, number, content);
  return number;
}

/** See `CaseWriter.updateIssue`. GitHub takes a reason for the state only where that changes. */
export async function updateIssue(
  client: Octokit,
  { owner, name }: IssuePlace,
  number: number,
  { title, body, labels, open }: IssueContent,
): Promise<void> {
  await client.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
    owner,
    repo: name,
    issue_number: number,
    title,
    body,
    labels: [...labels],
    state: open ? "open" : "closed",
    state_reason: open ? "reopened" : "completed",
  });
}
