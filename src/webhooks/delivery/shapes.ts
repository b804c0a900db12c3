import { z } from "zod";

/** The least that each event must bring to be what its name says. GitHub sends much more, which is kept as it came. */

const id = z.number().int().positive();
const text = z.string().min(1);
const account = z.object({ id, login: text });
const sha = z.string().regex(/^[0-9a-f]{40}$/);

const repository = z.object({ id, name: text, default_branch: text.optional(), owner: account });
const inRepository = { repository, installation: z.object({ id }), sender: account.optional() };

const inOrganization = { organization: account, installation: z.object({ id }), sender: account.optional() };

const pullRequest = z.object({
  number: id,
  state: z.enum(["open", "closed"]),
  merged: z.boolean().optional(),
  updated_at: text,
  head: z.object({ sha, ref: text, repo: z.object({ id }).nullable() }),
  base: z.object({ sha, ref: text, repo: z.object({ id }) }),
});

const SHAPES = {
  branch_protection_rule: z.object({ ...inRepository, action: text, rule: z.object({ name: text }) }),
  check_run: z.object({
    ...inRepository,
    action: text,
    check_run: z.object({ id, name: text, head_sha: sha, app: z.object({ id }).nullable() }),
  }),
  check_suite: z.object({ ...inRepository, action: text, check_suite: z.object({ id, head_sha: sha }) }),
  code_scanning_alert: z.object({
    ...inRepository,
    action: text,
    ref: z.string().nullable(),
    commit_oid: z.string(),
  }),
  installation: z.object({ action: text, installation: z.object({ id, account }) }),
  installation_repositories: z.object({
    action: text,
    installation: z.object({ id, account }),
    repositories_added: z.array(z.object({ id: id.optional(), name: text.optional() })),
    repositories_removed: z.array(z.object({ id: id.optional(), name: text.optional() })),
  }),
  issue_comment: z.object({
    ...inRepository,
    action: text,
    issue: z.object({ number: id }),
    comment: z.object({ id, html_url: text, body: z.string(), created_at: text }),
  }),
  issues: z.object({ ...inRepository, action: text, issue: z.object({ number: id, updated_at: text }) }),
  merge_group: z.object({
    ...inRepository,
    action: text,
    reason: z.enum(["merged", "invalidated", "dequeued"]).optional(),
    merge_group: z.object({ head_sha: sha, head_ref: text, base_sha: sha, base_ref: text }),
  }),
  pull_request: z.object({ ...inRepository, action: text, number: id, pull_request: pullRequest }),
  pull_request_review: z.object({ ...inRepository, action: text, pull_request: z.object({ number: id }) }),
  push: z.object({
    ...inRepository,
    ref: text,
    before: sha,
    after: sha,
    forced: z.boolean(),
    deleted: z.boolean(),
    commits: z.array(z.unknown()),
  }),
  // What an organization's events are about may be all of it, or one of its repositories.
  member: z.object({ ...inRepository, action: text, member: account.nullable() }),
  membership: z.object({ ...inOrganization, action: text, team: z.object({ id }) }),
  organization: z.object({ ...inOrganization, action: text }),
  team: z.object({
    ...inOrganization,
    action: text,
    team: z.object({ id }),
    repository: repository.optional(),
  }),
  team_add: z.object({ ...inRepository, team: z.object({ id }) }),
  installation_target: z.object({
    action: text,
    installation: z.object({ id }),
    account: z.object({ id, login: text.optional() }),
  }),
  repository: z.object({ ...inRepository, action: text }),
  // An organization's ruleset comes without a repository.
  repository_ruleset: z.object({
    ...inRepository,
    repository: repository.optional(),
    action: text,
    repository_ruleset: z.object({ id, name: text }),
  }),
  status: z.object({ ...inRepository, sha, context: text, state: text }),
};

/** By name: an event may be called `constructor`, and is then only unknown. */
const shapes: ReadonlyMap<string, z.ZodType> = new Map(Object.entries(SHAPES));

/** What any delivery may say about whose it is. */
export const envelope = z.object({
  action: z.string().optional(),
  installation: z.object({ id, account: account.optional() }).optional(),
  repository: z.object({ id, name: text, owner: account }).optional(),
  organization: z.object({ id, login: text }).optional(),
  /** Of an installation that was renamed. */
  account: z.object({ id }).optional(),
});
export type Envelope = z.infer<typeof envelope>;

/** What is missing or wrong in `payload` for it to be an `event`; empty where nothing is, or the event is not ours. */
export function shapeProblems(event: string, payload: unknown): string[] {
  const parsed = shapes.get(event)?.safeParse(payload);
  return parsed === undefined || parsed.success ? [] : problemsOf(parsed.error);
}

/** Each problem with its place in the payload. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
}
