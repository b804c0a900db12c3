import { z } from "zod";
import type { LoggedChange, LoggedRepository } from "../../facts/audit-log.js";
import type { Account } from "../../facts/facts.js";
import { parseAnswer } from "../client/parse.js";

/**
 * What an entry says of a change of protection. GitHub's description of the answer names few of these; which entry has
 * which is in https://docs.github.com/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization
 */
const entry = z.object({
  "@timestamp": z.number(),
  action: z.string(),
  _document_id: z.string().nullish(),
  actor: z.string().nullish(),
  actor_id: z.number().nullish(),
  actor_is_bot: z.boolean().nullish(),
  repo: z.string().nullish(),
  repo_id: z.number().nullish(),
  name: z.string().nullish(),
  old_name: z.string().nullish(),
  ruleset_name: z.string().nullish(),
  ruleset_old_name: z.string().nullish(),
});

type Entry = z.infer<typeof entry>;

/** The categories of entries that are read, and what each is of. */
export const CATEGORIES = { protected_branch: "classic", repository_ruleset: "ruleset" } as const;

/** What a rule did, not what was done to it. */
const NO_CHANGES: ReadonlySet<string> = new Set([
  "protected_branch.policy_override",
  "protected_branch.rejected_ref_update",
]);

/**
 * The changes of protection among the entries of an answer; others are left out.
 * @throws CountersignError `github-unavailable` for an answer of another shape
 */
export function changesIn(data: unknown): LoggedChange[] {
  return parseAnswer(z.array(entry), data, "an organization's audit log").flatMap((one) => {
    const change = changeOf(one);
    return change === null ? [] : [change];
  });
}

function changeOf(entry: Entry): LoggedChange | null {
  const [category = "", operation = ""] = entry.action.split(".", 2);
  if (!isCategory(category) || NO_CHANGES.has(entry.action)) return null;
  const kind = CATEGORIES[category];
  const repository = repositoryOf(entry);
  // Only rulesets are an organization's own.
  if (kind === "classic" && repository === null) return null;
  const name = nameOf(entry, kind);
  const at = new Date(entry["@timestamp"]);
  return {
    id: entry._document_id ?? [at.toISOString(), entry.action, entry.repo ?? "", name].join(" "),
    at,
    kind,
    action: operation === "create" ? "created" : operation === "destroy" ? "deleted" : "edited",
    name,
    repository,
    by: actorOf(entry),
  };
}

const isCategory = (text: string): text is keyof typeof CATEGORIES => Object.hasOwn(CATEGORIES, text);

/** What audits saw before has the name from before. */
const nameOf = (entry: Entry, kind: LoggedChange["kind"]): string =>
  (kind === "classic" ? (entry.old_name ?? entry.name) : (entry.ruleset_old_name ?? entry.ruleset_name)) ??
  "";

const repositoryOf = ({ repo, repo_id: id }: Entry): LoggedRepository | null =>
  repo ? { id: id ?? null, fullName: repo } : null;

function actorOf({ actor, actor_id: id, actor_is_bot: isBot }: Entry): Account | null {
  if (!actor || !id) return null;
  return { id, login: actor, type: isBot === true || actor.endsWith("[bot]") ? "Bot" : "User" };
}
