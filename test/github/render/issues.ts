import type { Issue, IssueComment, PullRequest, Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { app, association, nodeId, simpleUser } from "./accounts.js";
import { pullUrl } from "./pulls.js";
import { repoApi } from "./repository.js";

/** An issue, or a pull request as the issue that it also is. */
export type IssueLike = Issue | PullRequest;

export function isPull(entry: IssueLike): entry is PullRequest {
  return "merge" in entry;
}

export function comment(world: World, repo: Repo, entry: IssueComment): Json {
  return {
    id: entry.id,
    node_id: nodeId("IssueComment", entry.id),
    url: repoApi(world, repo, `/issues/comments/${entry.id}`),
    html_url: `${issueUrl(world, repo, entry.issueNumber)}#issuecomment-${entry.id}`,
    issue_url: repoApi(world, repo, `/issues/${entry.issueNumber}`),
    body: entry.body,
    user: simpleUser(world, entry.author),
    created_at: entry.createdAt,
    updated_at: entry.updatedAt,
    author_association: association(world, repo, entry.author),
    performed_via_github_app: entry.app === null ? null : app(world, entry.app),
    reactions: reactions(repoApi(world, repo, `/issues/comments/${entry.id}/reactions`)),
  };
}

/** An issue as REST and webhooks show it; a pull request is marked by `pull_request`. */
export function issue(world: World, repo: Repo, entry: IssueLike): Json {
  const { number } = entry;
  const url = repoApi(world, repo, `/issues/${number}`);
  return {
    id: entry.id,
    node_id: nodeId(isPull(entry) ? "PullRequest" : "Issue", entry.id),
    number,
    title: entry.title,
    body: entry.body,
    state: entry.state,
    locked: false,
    active_lock_reason: null,
    user: simpleUser(world, entry.author),
    url,
    html_url: issueUrl(world, repo, number),
    repository_url: repoApi(world, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repo.comments.filter(({ issueNumber }) => issueNumber === number).length,
    created_at: entry.createdAt,
    updated_at: entry.updatedAt,
    closed_at: entry.closedAt,
    author_association: association(world, repo, entry.author),
    reactions: reactions(`${url}/reactions`),
    ...(isPull(entry) ? pullFields(world, entry) : issueFields(world, repo, entry)),
  };
}

/** In REST's answers, other than in webhooks, an issue also tells who closed it. */
export function fullIssue(world: World, repo: Repo, entry: IssueLike): Json {
  const closer = isPull(entry) ? null : entry.closedBy;
  return { ...issue(world, repo, entry), closed_by: closer === null ? null : simpleUser(world, closer) };
}

function issueFields(world: World, repo: Repo, entry: Issue): Json {
  return {
    state_reason: entry.stateReason,
    labels: entry.labels.map((name) => label(world, repo, name)),
    performed_via_github_app: entry.app === null ? null : app(world, entry.app),
  };
}

function pullFields(world: World, pull: PullRequest): Json {
  const html = pullUrl(world, pull);
  return {
    state_reason: null,
    labels: [],
    draft: pull.draft,
    performed_via_github_app: null,
    pull_request: {
      url: repoApi(world, pull.repo, `/pulls/${pull.number}`),
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.merge?.at ?? null,
    },
  };
}

/** A label that was made by its first use, as GitHub draws those. */
export function label(world: World, repo: Repo, name: string): Json {
  const id = repo.labels.find((known) => known.name === name)?.id ?? 0;
  return {
    id,
    node_id: nodeId("Label", id),
    url: repoApi(world, repo, `/labels/${encodeURIComponent(name)}`),
    name,
    color: "ededed",
    default: false,
    description: null,
  };
}

/** The web page of an issue or a pull request. */
export function issueUrl(world: World, repo: Repo, number: number): string {
  const place = repo.pulls.some((pull) => pull.number === number) ? "pull" : "issues";
  return `${world.url}/${fullName(repo)}/${place}/${number}`;
}

function reactions(url: string): Json {
  const kinds = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
  return { url, total_count: 0, ...Object.fromEntries(kinds.map((kind) => [kind, 0])) };
}
