import { simpleUser } from "../render/accounts.js";
import { commitWithAccounts } from "../render/commits.js";
import { contentJson } from "../render/contents.js";
import { branchProtection, branchRule } from "../render/protection.js";
import { simplePull } from "../render/pulls.js";
import { activity, fullRepository } from "../render/repository.js";
import { pullsWith, settledCommits } from "../world/branches/lookups.js";
import type { Activity, Repo, Role } from "../world/model.js";
import { appliedRules, classicRule } from "../world/branches/protection.js";
import { notFound, Refusal } from "../world/refusal.js";
import { commitOf } from "./git/revisions.js";
import { byCursor, ok, paged, repoOf, text, type Handler, type RestRequest } from "./request.js";

/** Repositories: themselves, their commits, files, protection and activity. */
export const repositories: Readonly<Record<string, Handler>> = {
  "repos/get": (request) => ok(fullRepository(request.world, repoOf(request))),
  "repos/list-activities": (request) => {
    const listed = selected(request, repoOf(request)).map((entry) => activity(request.world, entry));
    return byCursor(request, listed, "after", (page) => page);
  },
  "repos/get-collaborator-permission-level": (request) => {
    const { world } = request;
    const account = world.account(text(request, "username"));
    if (account === null) throw notFound();
    const role = world.role(account, repoOf(request));
    const user = { ...simpleUser(world, account), role_name: role ?? "none" };
    return ok({ permission: legacyPermission(role), role_name: role ?? "none", user });
  },
  "repos/get-commit": async (request) => {
    const repo = repoOf(request);
    const commit = await repo.git.commitObject(await commitOf(repo, text(request, "ref")));
    return ok(await commitWithAccounts(request.world, repo, commit));
  },
  "repos/list-pull-requests-associated-with-commit": async (request) => {
    const repo = repoOf(request);
    const oid = await commitOf(repo, text(request, "commit_sha"));
    const pulls = await pullsWith(request.world, repo, oid, await settledCommits(repo));
    return paged(request, pulls, (page) => page.map((pull) => simplePull(request.world, pull)));
  },
  "repos/get-content": async (request) => {
    const repo = repoOf(request);
    const revision = String(request.query["ref"] ?? repo.defaultBranch);
    return ok(await contentJson(request.world, repo, revision, text(request, "path")));
  },
  "repos/get-branch-rules": (request) => {
    const rules = appliedRules(repoOf(request), text(request, "branch"));
    return paged(request, rules, (page) => page.map(branchRule));
  },
  "repos/get-branch-protection": (request) => {
    const repo = repoOf(request);
    const rule = classicRule(repo, text(request, "branch"));
    if (rule === null) throw new Refusal(404, "Branch not protected");
    return ok(branchProtection(request.world, repo, text(request, "branch"), rule));
  },
};

/** The four levels that GitHub had before it had roles. */
function legacyPermission(role: Role | null): string {
  if (role === null) return "none";
  if (role === "maintain") return "write";
  return role === "triage" ? "read" : role;
}

/** Newest first unless asked otherwise; by ref, actor and type. */
function selected({ query }: RestRequest, repo: Repo): Activity[] {
  const matches = (entry: Activity) =>
    (query["ref"] === undefined ||
      [entry.ref, entry.ref.replace("refs/heads/", "")].includes(String(query["ref"]))) &&
    (query["actor"] === undefined || entry.actor.login === query["actor"]) &&
    (query["activity_type"] === undefined || entry.type === query["activity_type"]);
  const matching = repo.activities.filter(matches);
  return query["direction"] === "asc" ? matching : matching.reverse();
}
