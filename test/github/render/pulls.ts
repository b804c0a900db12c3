import type { IssueComment, PullRequest, Repo, Review } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { app, nodeId, simpleUser } from "./accounts.js";
import { repoApi, repository } from "./repository.js";

/** A pull request as lists show it. */
export function simplePull(world: World, pull: PullRequest): Json {
  const url = repoApi(world, pull.repo, `/pulls/${pull.number}`);
  const issue = repoApi(world, pull.repo, `/issues/${pull.number}`);
  const html = pullUrl(world, pull);
  const statuses = repoApi(world, pull.repo, `/statuses/${pull.headOid}`);
  return {
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: pull.state,
    locked: false,
    active_lock_reason: null,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    user: simpleUser(world, pull.author),
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repoApi(world, pull.repo)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    _links: links(world, pull, url, issue, html, statuses),
    ...people(pull),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merge?.at ?? null,
    merge_commit_sha: pull.merge?.oid ?? null,
    head: side(world, pull.head.repo, pull.head.ref, pull.headOid),
    base: side(world, pull.repo, pull.baseRef, pull.baseOid),
  };
}

/** A pull request on its own, with the size of its change. */
export async function fullPull(world: World, pull: PullRequest): Promise<Json> {
  const { git } = pull.repo;
  const commits = await git.between(pull.baseOid, pull.headOid);
  const size = await git.diffSize(pull.baseOid, pull.headOid);
  return {
    ...simplePull(world, pull),
    merged: pull.merge !== null,
    merged_by: pull.merge === null ? null : simpleUser(world, pull.merge.by),
    mergeable: null,
    rebaseable: null,
    mergeable_state: "unknown",
    comments: pull.repo.comments.filter(({ issueNumber }) => issueNumber === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: size.additions,
    deletions: size.deletions,
    changed_files: size.files,
  };
}

export function pullUrl(world: World, pull: PullRequest): string {
  return `${world.url}/${fullName(pull.repo)}/pull/${pull.number}`;
}

function people(pull: PullRequest): Json {
  return {
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    author_association: association(pull.repo, pull.author.id),
    auto_merge: null,
  };
}

function association(repo: Repo, accountId: number): string {
  if (repo.owner.id === accountId) return "OWNER";
  return repo.collaborators.has(accountId) ? "COLLABORATOR" : "NONE";
}

function links(
  world: World,
  pull: PullRequest,
  url: string,
  issue: string,
  html: string,
  statuses: string,
): Json {
  return {
    self: { href: url },
    html: { href: html },
    issue: { href: issue },
    comments: { href: `${issue}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${repoApi(world, pull.repo)}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: statuses },
  };
}

function side(world: World, repo: Repo, ref: string, sha: string): Json {
  return {
    label: `${repo.owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(world, repo.owner),
    repo: repository(world, repo),
  };
}

/** A pull request as check runs and suites mention it. */
export function pullMention(world: World, pull: PullRequest): Json {
  const mention = (repo: Repo) => ({ id: repo.id, url: repoApi(world, repo), name: repo.name });
  return {
    id: pull.id,
    number: pull.number,
    url: repoApi(world, pull.repo, `/pulls/${pull.number}`),
    head: { ref: pull.head.ref, sha: pull.headOid, repo: mention(pull.head.repo) },
    base: { ref: pull.baseRef, sha: pull.baseOid, repo: mention(pull.repo) },
  };
}

export function review(world: World, pull: PullRequest, entry: Review): Json {
  const url = repoApi(world, pull.repo, `/pulls/${pull.number}`);
  const html = `${pullUrl(world, pull)}#pullrequestreview-${entry.id}`;
  return {
    id: entry.id,
    node_id: nodeId("PullRequestReview", entry.id),
    user: simpleUser(world, entry.author),
    body: entry.body,
    state: entry.state,
    html_url: html,
    pull_request_url: url,
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: entry.submittedAt,
    commit_id: entry.commitOid,
    author_association: association(pull.repo, entry.author.id),
  };
}

export function comment(world: World, repo: Repo, entry: IssueComment): Json {
  return {
    id: entry.id,
    node_id: nodeId("IssueComment", entry.id),
    url: repoApi(world, repo, `/issues/comments/${entry.id}`),
    html_url: `${world.url}/${fullName(repo)}/issues/${entry.issueNumber}#issuecomment-${entry.id}`,
    issue_url: repoApi(world, repo, `/issues/${entry.issueNumber}`),
    body: entry.body,
    user: simpleUser(world, entry.author),
    created_at: entry.createdAt,
    updated_at: entry.createdAt,
    author_association: association(repo, entry.author.id),
    performed_via_github_app: entry.app === null ? null : app(world, entry.app),
    reactions: reactions(repoApi(world, repo, `/issues/comments/${entry.id}/reactions`)),
  };
}

function reactions(url: string): Json {
  const kinds = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
  return { url, total_count: 0, ...Object.fromEntries(kinds.map((kind) => [kind, 0])) };
}

/** The issue behind a number, which for a pull request is the pull request itself. */
export function issue(world: World, repo: Repo, number: number): Json {
  const pull = repo.pulls.find((candidate) => candidate.number === number);
  const entry = pull ?? repo.issues.find((candidate) => candidate.number === number);
  if (entry === undefined) throw new Error(`no issue ${number} in ${fullName(repo)}`);
  const url = repoApi(world, repo, `/issues/${number}`);
  const html = `${world.url}/${fullName(repo)}/${pull === undefined ? "issues" : "pull"}/${number}`;
  return {
    id: entry.id,
    node_id: nodeId("Issue", entry.id),
    number,
    title: entry.title,
    body: pull?.body ?? null,
    state: pull?.state ?? "open",
    locked: false,
    active_lock_reason: null,
    user: simpleUser(world, entry.author),
    url,
    html_url: html,
    repository_url: repoApi(world, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    labels: [],
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repo.comments.filter(({ issueNumber }) => issueNumber === number).length,
    created_at: entry.createdAt,
    updated_at: entry.createdAt,
    closed_at: null,
    author_association: association(repo, entry.author.id),
    reactions: reactions(`${url}/reactions`),
    ...(pull === undefined ? {} : { pull_request: pullLinks(world, pull) }),
  };
}

function pullLinks(world: World, pull: PullRequest): Json {
  const html = pullUrl(world, pull);
  return {
    url: repoApi(world, pull.repo, `/pulls/${pull.number}`),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: pull.merge?.at ?? null,
  };
}
