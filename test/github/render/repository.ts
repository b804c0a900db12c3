import type { Activity, Repo, Ruleset } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { api, nodeId, simpleUser } from "./accounts.js";

/** Links of a repository, by the paths GitHub's payloads name them after. */
const LINKS: Readonly<Record<string, string>> = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

/** Path of a repository in the REST API. */
export function repoApi(world: World, repo: Repo, path = ""): string {
  return api(world, `/repos/${fullName(repo)}${path}`);
}

/** A repository as REST and webhooks show it. */
export function repository(world: World, repo: Repo): Json {
  const html = `${world.url}/${fullName(repo)}`;
  const links = Object.entries(LINKS).map(([name, path]) => [name, repoApi(world, repo, path)] as const);
  return {
    id: repo.id,
    node_id: nodeId("Repository", repo.id),
    name: repo.name,
    full_name: fullName(repo),
    owner: simpleUser(world, repo.owner),
    private: repo.private,
    html_url: html,
    description: null,
    fork: repo.parent !== null,
    url: repoApi(world, repo),
    ...Object.fromEntries(links),
    git_url: `git://127.0.0.1/${fullName(repo)}.git`,
    ssh_url: `git@127.0.0.1:${fullName(repo)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    ...counts(repo),
    ...features(repo),
    default_branch: repo.defaultBranch,
    visibility: repo.private ? "private" : "public",
    created_at: repo.createdAt,
    updated_at: repo.pushedAt > repo.updatedAt ? repo.pushedAt : repo.updatedAt,
    pushed_at: repo.pushedAt,
  };
}

/** With what only the repository's own page shows. */
export function fullRepository(world: World, repo: Repo): Json {
  return { ...repository(world, repo), network_count: 0, subscribers_count: 0 };
}

function counts(repo: Repo): Json {
  const open = repo.pulls.filter(({ state }) => state === "open").length;
  return {
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 0,
    open_issues: open,
    open_issues_count: open,
  };
}

function features(repo: Repo): Json {
  return {
    archived: repo.archived,
    disabled: false,
    is_template: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    allow_forking: true,
    web_commit_signoff_required: false,
  };
}

/** A repository as an installation event lists it. */
export function briefRepository(repo: Repo): Json {
  return {
    id: repo.id,
    node_id: nodeId("Repository", repo.id),
    name: repo.name,
    full_name: fullName(repo),
    private: repo.private,
  };
}

export function activity(world: World, entry: Activity): Json {
  return {
    id: entry.id,
    node_id: nodeId("Activity", entry.id),
    before: entry.before,
    after: entry.after,
    ref: entry.ref,
    timestamp: entry.at,
    activity_type: entry.type,
    actor: simpleUser(world, entry.actor),
  };
}

/** A ruleset as its webhook shows it. */
export function ruleset(entry: Ruleset): Json {
  const { source } = entry;
  const organization = source.kind === "organization";
  return {
    id: entry.id,
    name: entry.name,
    target: "branch",
    source_type: organization ? "Organization" : "Repository",
    source: source.kind === "organization" ? source.account.login : fullName(source.repo),
    enforcement: entry.enforcement,
    conditions: {
      ref_name: { include: entry.include, exclude: entry.exclude },
      ...(organization ? { repository_name: { include: entry.repositories, exclude: [] } } : {}),
    },
    rules: entry.rules,
    created_at: entry.createdAt,
    updated_at: entry.createdAt,
  };
}
