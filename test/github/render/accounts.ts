import type { Account, App, GpgKeyEntry, Installation, Repo, SshKeyEntry } from "../world/model.js";
import type { Json } from "../world/json.js";
import type { World } from "../world/world.js";

/** Where the REST API answers, as GitHub Enterprise has it. */
export function api(world: World, path: string): string {
  return `${world.url}/api/v3${path}`;
}

/** An opaque global id, as GraphQL and REST both show it. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

/** GitHub's "simple user": how every account appears inside something else. */
export function simpleUser(world: World, account: Account): Json {
  const url = api(world, `/users/${encodeURIComponent(account.login)}`);
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${world.url}/avatars/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${world.url}/${encodeURIComponent(account.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** What an author is to a repository. */
export function association(world: World, repo: Repo, author: Account): string {
  if (repo.owner === author) return "OWNER";
  if (world.members.get(repo.owner.id)?.has(author.id) === true) return "MEMBER";
  return repo.collaborators.has(author.id) ? "COLLABORATOR" : "NONE";
}

/** An account's public profile. */
export function publicUser(world: World, account: Account): Json {
  return {
    ...simpleUser(world, account),
    name: account.name,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.createdAt,
  };
}

/** How an organization appears in webhooks. */
export function organization(world: World, account: Account): Json {
  const url = api(world, `/orgs/${account.login}`);
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("Organization", account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/${account.id}`,
    description: null,
  };
}

export function app(world: World, entry: App): Json {
  return {
    id: entry.id,
    slug: entry.slug,
    client_id: `Iv1.${entry.id}`,
    node_id: nodeId("App", entry.id),
    owner: simpleUser(world, entry.owner),
    name: entry.name,
    description: null,
    external_url: `${world.url}/apps/${entry.slug}/home`,
    html_url: `${world.url}/apps/${entry.slug}`,
    created_at: entry.createdAt,
    updated_at: entry.createdAt,
    permissions: entry.permissions,
    events: entry.events,
  };
}

export function installation(world: World, entry: Installation): Json {
  const url = api(world, `/app/installations/${entry.id}`);
  return {
    id: entry.id,
    client_id: `Iv1.${entry.app.id}`,
    account: simpleUser(world, entry.account),
    repository_selection: entry.selection,
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: api(world, "/installation/repositories"),
    html_url: `${world.url}/organizations/${entry.account.login}/settings/installations/${entry.id}`,
    app_id: entry.app.id,
    app_slug: entry.app.slug,
    target_id: entry.account.id,
    target_type: entry.account.type,
    permissions: entry.permissions,
    events: entry.app.events,
    created_at: entry.createdAt,
    updated_at: entry.updatedAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: entry.suspendedBy === null ? null : simpleUser(world, entry.suspendedBy),
    suspended_at: entry.suspendedAt,
  };
}

export function gpgKey(account: Account, key: GpgKeyEntry): Json {
  return {
    id: key.id,
    primary_key_id: null,
    key_id: key.id.toString(16).toUpperCase().padStart(16, "0"),
    public_key: key.armored.split("\n\n")[1]?.split("\n-----END")[0] ?? "",
    emails: account.emails.map((email) => ({ email, verified: true })),
    subkeys: [],
    can_sign: true,
    can_encrypt_comms: false,
    can_encrypt_storage: false,
    can_certify: true,
    created_at: key.createdAt,
    expires_at: null,
    revoked: false,
    raw_key: key.rawKeyKept ? key.armored : null,
  };
}

export function sshSigningKey(key: SshKeyEntry): Json {
  return {
    key: key.key.split(" ").slice(0, 2).join(" "),
    id: key.id,
    title: key.title,
    created_at: key.createdAt,
  };
}
