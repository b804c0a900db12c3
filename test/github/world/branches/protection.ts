import type {
  ClassicRule,
  NamedActor,
  PullRequest,
  Repo,
  Account,
  ReviewRequirement,
  RequiredCheck,
  Rule,
  Ruleset,
} from "../model.js";
import { canWrite, type World } from "../world.js";

/** One active ruleset rule that applies to a branch. */
export interface AppliedRule {
  readonly rule: Rule;
  readonly ruleset: Ruleset;
}

/** The classic rule of a branch: an exact name wins over a pattern, an older pattern over a newer one. */
export function classicRule(repo: Repo, branch: string): ClassicRule | null {
  const matching = repo.protections.filter(({ pattern }) => globMatches(pattern, branch));
  return matching.find(({ pattern }) => pattern === branch) ?? matching[0] ?? null;
}

/** Rules of every active ruleset, of the repository and of its organization, that apply to a branch. */
export function appliedRules(repo: Repo, branch: string): AppliedRule[] {
  const rulesets = [...repo.owner.rulesets, ...repo.rulesets];
  return rulesets
    .filter((ruleset) => ruleset.enforcement === "active" && applies(ruleset, repo, branch))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ rule, ruleset })));
}

function applies(ruleset: Ruleset, repo: Repo, branch: string): boolean {
  const matches = (pattern: string) => refMatches(pattern, repo, branch);
  const named = ruleset.repositories.some((name) => name === "~ALL" || globMatches(name, repo.name));
  return named && ruleset.include.some(matches) && !ruleset.exclude.some(matches);
}

function refMatches(pattern: string, repo: Repo, branch: string): boolean {
  if (pattern === "~ALL") return true;
  if (pattern === "~DEFAULT_BRANCH") return branch === repo.defaultBranch;
  return globMatches(pattern, `refs/heads/${branch}`);
}

/** As Ruby's `File.fnmatch` with FNM_PATHNAME, which GitHub uses: `*` stays within a path segment. */
export function globMatches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.+^${}()|\\]/g, "\\$&").replace(/\*\*\/?|\*|\?/g, (glob) => {
    if (glob === "?") return "[^/]";
    return glob === "*" ? "[^/]*" : ".*";
  });
  return new RegExp(`^${source}$`).test(name);
}

/** What a pull request must have, joined over the classic rule and rulesets: the strictest of each. */
export interface Requirements {
  readonly reviews: ReviewRequirement | null;
  readonly checks: readonly RequiredCheck[];
  readonly signatures: boolean;
  readonly mergeQueue: boolean;
  readonly forcePushBlocked: boolean;
  readonly deletionBlocked: boolean;
}

export function requirements(repo: Repo, branch: string): Requirements {
  const classic = classicRule(repo, branch);
  const rules = appliedRules(repo, branch).map(({ rule }) => rule);
  const has = (type: string) => rules.some((rule) => rule.type === type);
  const classicKeeps = (allowed: (rule: ClassicRule) => boolean) => classic !== null && !allowed(classic);
  const reviews = [classic?.pullRequest ?? null, ...rules.map(reviewsOf)].filter((entry) => entry !== null);
  return {
    reviews: reviews.length === 0 ? null : reviews.reduce(strictest),
    checks: [...(classic?.checks ?? []), ...rules.flatMap(checksOf)],
    signatures: (classic?.signatures ?? false) || has("required_signatures"),
    mergeQueue: has("merge_queue"),
    forcePushBlocked: classicKeeps(({ forcePushes }) => forcePushes) || has("non_fast_forward"),
    deletionBlocked: classicKeeps(({ deletions }) => deletions) || has("deletion"),
  };
}

function strictest(one: ReviewRequirement, other: ReviewRequirement): ReviewRequirement {
  return {
    approvals: Math.max(one.approvals, other.approvals),
    dismissStale: one.dismissStale || other.dismissStale,
    codeOwners: one.codeOwners || other.codeOwners,
    lastPushApproval: one.lastPushApproval || other.lastPushApproval,
  };
}

function reviewsOf({ type, parameters = {} }: Rule): ReviewRequirement | null {
  if (type !== "pull_request") return null;
  return {
    approvals: Number(parameters["required_approving_review_count"] ?? 0),
    dismissStale: parameters["dismiss_stale_reviews_on_push"] === true,
    codeOwners: parameters["require_code_owner_review"] === true,
    lastPushApproval: parameters["require_last_push_approval"] === true,
  };
}

function checksOf({ type, parameters = {} }: Rule): RequiredCheck[] {
  const listed = parameters["required_status_checks"];
  if (type !== "required_status_checks" || !Array.isArray(listed)) return [];
  return listed.map((entry: { context: string; integration_id?: number }) => ({
    context: entry.context,
    appId: entry.integration_id ?? null,
  }));
}

export const QUEUE_REQUIRED = "Changes must be made through the merge queue";

/** Why GitHub would not merge this now; empty where nothing stands against it. */
export async function mergeBlockers(world: World, pull: PullRequest): Promise<string[]> {
  const { reviews, checks, signatures, mergeQueue } = requirements(pull.repo, pull.baseRef);
  const unsigned = signatures && (await hasUnsigned(pull));
  return [
    ...(reviews === null ? [] : reviewBlockers(world, pull, reviews)),
    ...checks
      .filter((check) => !isGreen(pull, check))
      .map(({ context }) => `Required status check "${context}" is expected.`),
    ...(unsigned ? ["Commits must have verified signatures."] : []),
    ...(mergeQueue ? [QUEUE_REQUIRED] : []),
  ];
}

function reviewBlockers(world: World, pull: PullRequest, required: ReviewRequirement): string[] {
  const counted = latestReviews(pull).filter(({ author }) => canWrite(world.role(author, pull.repo)));
  const approvals = counted.filter(
    ({ state, author }) => state === "APPROVED" && !(required.lastPushApproval && author === pull.lastPusher),
  ).length;
  const missing = required.approvals - approvals;
  return [
    ...(missing > 0
      ? [`At least ${required.approvals} approving review is required by reviewers with write access.`]
      : []),
    ...(counted.some(({ state }) => state === "CHANGES_REQUESTED") ? ["Changes have been requested."] : []),
  ];
}

/** Of each reviewer the last review that says yes or no. */
export function latestReviews(pull: PullRequest): PullRequest["reviews"] {
  const latest = new Map<number, PullRequest["reviews"][number]>();
  for (const review of pull.reviews) {
    if (review.state !== "COMMENTED" && review.state !== "PENDING") latest.set(review.author.id, review);
  }
  return [...latest.values()];
}

const isGreen = ({ repo, headOid }: PullRequest, check: RequiredCheck): boolean =>
  checkState(repo, headOid, check) === "green";

/** How a required check stands on a commit: red once it has ended as nothing that passes. */
export function checkState(repo: Repo, oid: string, check: RequiredCheck): "green" | "red" | "open" {
  const runs = repo.checkRuns.filter(
    ({ name, suite }) =>
      name === check.context && suite.oid === oid && (check.appId === null || check.appId === suite.app.id),
  );
  const run = runs.at(-1);
  if (run !== undefined) {
    if (run.status !== "completed") return "open";
    return ["success", "neutral", "skipped"].includes(run.conclusion ?? "") ? "green" : "red";
  }
  const status = repo.statuses.filter((entry) => entry.context === check.context && entry.oid === oid).at(-1);
  if (check.appId !== null || status === undefined || status.state === "pending") return "open";
  return status.state === "success" ? "green" : "red";
}

async function hasUnsigned({ repo, baseOid, headOid }: PullRequest): Promise<boolean> {
  const commits = await repo.git.commits(await repo.git.between(baseOid, headOid));
  return commits.some(({ signature }) => signature === null);
}

/**
 * Whether `actor` may merge or push past every rule of the branch: an admin where admins are not included, or a named one.
 */
export function mayBypass(
  world: World,
  repo: Repo,
  branch: string,
  actor: Account,
  by: "merge" | "push",
): boolean {
  const classic = classicRule(repo, branch);
  const named = classic?.pullRequestBypass.some((entry) => isNamed(world, entry, actor)) ?? false;
  const pastClassic =
    classic === null || named || (world.role(actor, repo) === "admin" && !classic.adminEnforced);
  const rulesets = new Set(appliedRules(repo, branch).map(({ ruleset }) => ruleset));
  return pastClassic && [...rulesets].every((ruleset) => bypasses(world, ruleset, repo, actor, by));
}

function isNamed(world: World, { kind, id }: NamedActor, actor: Account): boolean {
  if (kind === "user") return id === actor.id;
  return kind === "team" ? isInTeam(world, id, actor) : isApp(world, id, actor);
}

function isInTeam(world: World, id: number | null, actor: Account): boolean {
  return world.teams.some((team) => team.id === id && team.members.has(actor.id));
}

function isApp(world: World, id: number | null, actor: Account): boolean {
  return world.apps.some((app) => app.id === id && app.bot === actor);
}

/** Ids of GitHub's built-in repository roles, as bypass lists name them. */
const ROLE_IDS: Readonly<Record<number, string>> = { 2: "maintain", 4: "write", 5: "admin" };

/** `pull_request` opens the way to merge past the rules, not to push; `exempt` opens both and asks nothing. */
function bypasses(world: World, ruleset: Ruleset, repo: Repo, actor: Account, by: "merge" | "push"): boolean {
  const open = ruleset.bypass.filter(({ mode }) => by === "merge" || mode !== "pull_request");
  return open.some(({ type, id }) => {
    if (type === "User") return id === actor.id;
    if (type === "Team") return isInTeam(world, id, actor);
    if (type === "Integration") return isApp(world, id, actor);
    if (type === "RepositoryRole") return id !== null && ROLE_IDS[id] === world.role(actor, repo);
    return type === "OrganizationAdmin" && world.members.get(repo.owner.id)?.get(actor.id) === "admin";
  });
}
