import type { PullRequest, Repo, Review } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { association, nodeId, simpleUser } from "./accounts.js";
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
    ...people(world, pull),
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

function people(world: World, pull: PullRequest): Json {
  return {
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    author_association: association(world, pull.repo, pull.author),
    auto_merge:
      pull.autoMerge === null
        ? null
        : {
            enabled_by: simpleUser(world, pull.autoMerge.by),
            merge_method: pull.autoMerge.method,
            commit_title: pull.title,
            commit_message: pull.body ?? "",
          },
  };
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
    // Of a fork that was deleted its name is all that is left.
    repo: world.repositories.includes(repo) ? repository(world, repo) : null,
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
    author_association: association(world, pull.repo, entry.author),
  };
}
