import type { ChangedFiles } from "../world/git/changed-files.js";
import type { CommitObject, GitPerson } from "../world/git/commit-object.js";
import type { CommitStatus, Repo } from "../world/model.js";
import type { Json } from "../world/json.js";
import { fullName, type World } from "../world/world.js";
import { api, nodeId, simpleUser } from "./accounts.js";
import { repoApi } from "./repository.js";

function accountOf(world: World, person: GitPerson): Json | null {
  const account = world.accountByEmail(person.email);
  return account === null ? null : simpleUser(world, account);
}

/** REST's `verification`: GitHub's opinion with payload and signature. */
async function verification(world: World, commit: CommitObject): Promise<Json> {
  const opinion = await world.opinions.of(commit);
  return {
    verified: opinion?.state === "VALID",
    reason: (opinion?.state ?? "UNSIGNED").toLowerCase(),
    signature: commit.signature?.signature ?? null,
    payload: commit.signature?.payload ?? null,
    verified_at: opinion?.state === "VALID" ? commit.committer.date : null,
  };
}

function parents(world: World, repo: Repo, commit: CommitObject, place: string): Json[] {
  return commit.parents.map((sha) => ({
    sha,
    url: repoApi(world, repo, `${place}/${sha}`),
    html_url: `${world.url}/${fullName(repo)}/commit/${sha}`,
  }));
}

/** A commit of the Git data API. */
export async function gitCommit(world: World, repo: Repo, commit: CommitObject): Promise<Json> {
  return {
    sha: commit.oid,
    node_id: nodeId("Commit", commit.oid),
    url: repoApi(world, repo, `/git/commits/${commit.oid}`),
    html_url: `${world.url}/${fullName(repo)}/commit/${commit.oid}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: repoApi(world, repo, `/git/trees/${commit.tree}`) },
    parents: parents(world, repo, commit, "/git/commits"),
    verification: await verification(world, commit),
  };
}

/** A commit of the commits API: the same with accounts. */
export async function commitWithAccounts(world: World, repo: Repo, commit: CommitObject): Promise<Json> {
  const url = repoApi(world, repo, `/commits/${commit.oid}`);
  return {
    sha: commit.oid,
    node_id: nodeId("Commit", commit.oid),
    url,
    html_url: `${world.url}/${fullName(repo)}/commit/${commit.oid}`,
    comments_url: `${url}/comments`,
    commit: {
      url: repoApi(world, repo, `/git/commits/${commit.oid}`),
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: repoApi(world, repo, `/git/trees/${commit.tree}`) },
      verification: await verification(world, commit),
    },
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents: parents(world, repo, commit, "/commits"),
  };
}

/** A commit as a push event lists it. */
export function pushedCommit(world: World, repo: Repo, commit: CommitObject, files: ChangedFiles): Json {
  const person = ({ name, email }: GitPerson) => ({ name, email });
  return {
    id: commit.oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${world.url}/${fullName(repo)}/commit/${commit.oid}`,
    author: person(commit.author),
    committer: person(commit.committer),
    ...files,
  };
}

/** The little that check suites tell of their head commit. */
export function suiteCommit(commit: CommitObject): Json {
  const { oid, tree, message, author, committer } = commit;
  return {
    id: oid,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}

export function status(world: World, repo: Repo, entry: CommitStatus): Json {
  return {
    url: repoApi(world, repo, `/statuses/${entry.oid}`),
    avatar_url: `${world.url}/avatars/${entry.creator.id}`,
    id: entry.id,
    node_id: nodeId("StatusContext", entry.id),
    state: entry.state,
    description: entry.description,
    target_url: entry.targetUrl,
    context: entry.context,
    created_at: entry.createdAt,
    updated_at: entry.createdAt,
    creator: simpleUser(world, entry.creator),
  };
}

export function ref(world: World, repo: Repo, name: string, oid: string): Json {
  return {
    ref: name,
    node_id: nodeId("Ref", `${repo.id}:${name}`),
    url: repoApi(world, repo, `/git/${name}`),
    object: { type: "commit", sha: oid, url: api(world, `/repos/${fullName(repo)}/git/commits/${oid}`) },
  };
}
