import { describe, expect, it } from "@jest/globals";
import type { LoggedChange } from "../../../src/facts/audit-log.js";
import { changesIn } from "../../../src/github/audit-log/entries.js";

const AT = Date.parse("2026-11-24T03:01:50.123Z");

/** As GitHub writes it when a classic rule is deleted. */
const ENTRY = {
  "@timestamp": AT,
  _document_id: "WrFJXUIxpQnXXAFAOQdK",
  action: "protected_branch.destroy",
  actor: "root",
  actor_id: 17,
  actor_is_bot: false,
  created_at: AT,
  name: "main",
  operation_type: "remove",
  org: "acme",
  org_id: 5,
  repo: "acme/infra",
  repo_id: 9,
};
const CHANGE: LoggedChange = {
  id: "WrFJXUIxpQnXXAFAOQdK",
  at: new Date(AT),
  kind: "classic",
  action: "deleted",
  name: "main",
  repository: { id: 9, fullName: "acme/infra" },
  by: { id: 17, login: "root", type: "User" },
};
const RULESET = {
  ...ENTRY,
  action: "repository_ruleset.update",
  name: undefined,
  ruleset_name: "main rules",
};

const changes: readonly (readonly [string, object, Partial<LoggedChange>])[] = [
  ["a rule that was deleted", ENTRY, {}],
  ["one that was made", { ...ENTRY, action: "protected_branch.create" }, { action: "created" }],
  [
    "one of its settings",
    { ...ENTRY, action: "protected_branch.update_admin_enforced" },
    { action: "edited" },
  ],
  [
    "a kind of edit that is not known yet",
    { ...ENTRY, action: "protected_branch.something_new" },
    { action: "edited" },
  ],
  [
    "a new pattern: audits before know the old one",
    { ...ENTRY, action: "protected_branch.update_name", name: "other", old_name: "main" },
    { action: "edited" },
  ],
  ["a ruleset", RULESET, { kind: "ruleset", action: "edited", name: "main rules" }],
  [
    "a ruleset with a new name",
    { ...RULESET, ruleset_name: "nothing", ruleset_old_name: "main rules" },
    { kind: "ruleset", action: "edited", name: "main rules" },
  ],
  [
    "an organization's ruleset",
    { ...RULESET, action: "repository_ruleset.destroy", repo: undefined, repo_id: undefined },
    { kind: "ruleset", name: "main rules", repository: null },
  ],
  [
    "a repository without its id",
    { ...ENTRY, repo_id: undefined },
    { repository: { id: null, fullName: "acme/infra" } },
  ],
  ["an app", { ...ENTRY, actor: "terraform[bot]", actor_is_bot: undefined }, bot("terraform[bot]")],
  ["a bot by its mark", { ...ENTRY, actor: "robot", actor_is_bot: true }, bot("robot")],
  ["nobody, where the account is gone", { ...ENTRY, actor: null, actor_id: null }, { by: null }],
  [
    "an entry without an id, which is the same each time",
    { ...ENTRY, _document_id: undefined },
    { id: "2026-11-24T03:01:50.123Z protected_branch.destroy acme/infra main" },
  ],
];

function bot(login: string): Partial<LoggedChange> {
  return { by: { id: 17, login, type: "Bot" } };
}

describe("entries of an audit log", () => {
  it.each(changes)("tell of %s", (_, entry, expected) => {
    expect(changesIn([entry])).toEqual([{ ...CHANGE, ...expected }]);
  });

  it.each([
    ["a push that a rule kept out", { ...ENTRY, action: "protected_branch.rejected_ref_update" }],
    ["a rule that was overridden", { ...ENTRY, action: "protected_branch.policy_override" }],
    ["something else", { ...ENTRY, action: "repo.create" }],
    ["what only looks like an own property", { ...ENTRY, action: "constructor.update" }],
    ["a classic rule of no repository", { ...ENTRY, repo: undefined }],
  ])("do not tell of a change: %s", (_, entry) => {
    expect(changesIn([entry])).toEqual([]);
  });

  it("are not believed in part", () => {
    const broken = { ...ENTRY, "@timestamp": "yesterday" };
    expect(() => changesIn([ENTRY, broken])).toThrow(expect.objectContaining({ code: "github-unavailable" }));
  });
});
