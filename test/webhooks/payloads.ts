/** The least that GitHub's events bring: what src/webhooks/delivery/shapes.ts asks for, and what the handlers read. */

export const APP_ID = 4242;
export const HEAD = "2".repeat(40);
export const BASE = "b".repeat(40);
export const GROUP_HEAD = "9".repeat(40);

export const owner = { id: 7, login: "acme" };
export const ada = { id: 1, login: "ada", type: "User" };
export const repository = { id: 100, name: "infra", default_branch: "main", owner };
export const installation = { id: 55 };
/** When GitHub says that what events tell was so. */
export const UPDATED_AT = new Date("2026-11-20T11:59:00Z");
const common = { repository, installation, sender: ada };

/** Where all of these happen, in the app's words. */
export const PLACE = { tenantId: 7, repository: { id: 100, owner: "acme", name: "infra" } };

type Payload = Readonly<Record<string, unknown>>;

export interface Example {
  readonly event: string;
  readonly payload: Payload;
}

export const installationEvent = (action: string, id = installation.id): Example => ({
  event: "installation",
  payload: {
    action,
    installation: { id, account: owner, updated_at: UPDATED_AT.toISOString() },
    repositories: [{ id: repository.id, name: repository.name }],
    sender: ada,
  },
});

export const repositoriesEvent = (action: "added" | "removed", name = repository.name): Example => {
  const listed = [{ id: repository.id, name }];
  return {
    event: "installation_repositories",
    payload: {
      action,
      installation: { id: installation.id, account: owner, updated_at: UPDATED_AT.toISOString() },
      repositories_added: action === "added" ? listed : [],
      repositories_removed: action === "removed" ? listed : [],
      sender: ada,
    },
  };
};

/** `headRepository`: the repository's own id unless it comes from a fork; `null` where the fork is gone. */
export const pullRequestEvent = (
  action: string,
  change: {
    readonly headRepository?: number | null;
    readonly merged?: boolean;
    readonly autoMerge?: boolean;
  } = {},
): Example => {
  const { headRepository = repository.id, merged = false, autoMerge = false } = change;
  const pull = {
    number: 12,
    state: action === "closed" ? "closed" : "open",
    merged,
    auto_merge: autoMerge ? { merge_method: "merge" } : null,
    updated_at: UPDATED_AT.toISOString(),
    head: { sha: HEAD, ref: "change", repo: headRepository === null ? null : { id: headRepository } },
    base: { sha: BASE, ref: "main", repo: { id: repository.id } },
  };
  return { event: "pull_request", payload: { ...common, action, number: 12, pull_request: pull } };
};

export const reviewEvent = (action: string, state = "commented"): Example => ({
  event: "pull_request_review",
  payload: { ...common, action, pull_request: { number: 12 }, review: { state } },
});

export const checkRunEvent = (action: string, appId: number | null): Example => {
  const app = appId === null ? null : { id: appId };
  return {
    event: "check_run",
    payload: { ...common, action, check_run: { id: 9, name: "conftest", head_sha: HEAD, app } },
  };
};

export const checkSuiteEvent = (action: string, appId: number): Example => ({
  event: "check_suite",
  payload: { ...common, action, check_suite: { id: 8, head_sha: HEAD, app: { id: appId } } },
});

export const statusEvent = (): Example => ({
  event: "status",
  payload: { ...common, sha: HEAD, context: "ci/plan", state: "success" },
});

export const alertEvent = (action: string): Example => ({
  event: "code_scanning_alert",
  payload: { ...common, action, ref: "refs/pull/12/merge", commit_oid: HEAD },
});

export const pushEvent = (change: Payload = {}): Example => ({
  event: "push",
  payload: {
    ...common,
    ref: "refs/heads/main",
    before: BASE,
    after: HEAD,
    created: false,
    deleted: false,
    forced: false,
    commits: [],
    ...change,
  },
});

export const protectionEvent = (action: string): Example => ({
  event: "branch_protection_rule",
  payload: { ...common, action, rule: { name: "main" } },
});

export const rulesetEvent = (action: string, inRepository = true): Example => {
  const { repository: where, ...inOrganization } = common;
  const payload = {
    ...inOrganization,
    organization: owner,
    action,
    repository_ruleset: { id: 3, name: "prod" },
  };
  return { event: "repository_ruleset", payload: inRepository ? { ...payload, repository: where } : payload };
};

/** With parts of the repository as it is now, and of what else the event tells. */
export const repositoryEvent = (
  action: string,
  { repository: now = {}, ...more }: { readonly repository?: Payload } & Payload = {},
): Example => ({
  event: "repository",
  payload: {
    ...common,
    action,
    repository: { ...repository, updated_at: UPDATED_AT.toISOString(), ...now },
    changes: {},
    ...more,
  },
});

export const memberEvent = (action: string): Example => ({
  event: "member",
  payload: { ...common, action, member: ada },
});

const outside = { installation, sender: ada };
const inOrganization = { ...outside, organization: owner, team: { id: 21, name: "Platform" } };

export const membershipEvent = (action: string): Example => ({
  event: "membership",
  payload: { ...inOrganization, action, scope: "team", member: ada },
});

export const teamEvent = (action: string, onRepository = true): Example => ({
  event: "team",
  payload: { ...inOrganization, action, ...(onRepository ? { repository } : {}) },
});

export const teamAddEvent = (): Example => ({
  event: "team_add",
  payload: { ...common, team: inOrganization.team },
});

export const organizationEvent = (action: string, login = owner.login): Example => ({
  event: "organization",
  payload: { ...outside, action, organization: { ...owner, login }, membership: { user: ada } },
});

export const targetEvent = (login: string): Example => ({
  event: "installation_target",
  payload: {
    action: "renamed",
    installation,
    account: { id: owner.id, login },
    target_type: "Organization",
  },
});

export const mergeGroupEvent = (action: string, reason?: string): Example => ({
  event: "merge_group",
  payload: {
    action,
    ...(reason === undefined ? {} : { reason }),
    repository,
    installation,
    merge_group: {
      head_sha: GROUP_HEAD,
      head_ref: `refs/heads/gh-readonly-queue/main/pr-12-${BASE}`,
      base_sha: BASE,
      base_ref: "refs/heads/main",
    },
  },
});
