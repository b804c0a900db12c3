import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../../src/facts/facts.js";
import { concerns } from "../../../src/policy/drift/concerns.js";
import { missesOf, standingOf } from "../../../src/policy/drift/standing.js";
import { resolvePolicy } from "../../../src/policy/resolve.js";
import { APP_ID, BASE_OID, classic, OBSERVED_AT, protection, ruleset, source } from "../make.js";

const audited = (changes: Partial<Parameters<typeof missesOf>[0]> = {}) => ({
  appId: APP_ID,
  branch: "main",
  repositoryUrl: "https://github.com/o/r",
  protection: known(protection({ rulesets: [], classic: classic() })),
  policy: source("protection:\n  codeOwners: true"),
  ...changes,
});
const reasons = (changes: Parameters<typeof audited>[0] = {}): string[] =>
  missesOf(audited(changes), new Date(OBSERVED_AT)).map(({ reason }) => reason);
const standing = (changes: Parameters<typeof audited>[0] = {}) =>
  standingOf(missesOf(audited(changes), new Date(OBSERVED_AT)));

describe("what a policy misses of a branch's protection", () => {
  it("is nothing where each demand is met", () => {
    expect(reasons()).toEqual([]);
    expect(standing()).toBe("held");
  });

  it.each([
    ["no protection at all", { classic: null, rulesets: [] }, "unprotected"],
    [
      "a demand that is not met",
      { classic: classic({ signaturesRequired: false }), rulesets: [] },
      "signatures-not-required",
    ],
    [
      "someone who can bypass it",
      { classic: classic({ adminsIncluded: false }), rulesets: [] },
      "admins-exempt",
    ],
  ])("is %s", (_, facts, reason) => {
    const changes = { protection: known(protection(facts)) };
    expect(reasons(changes)).toContain(reason);
    expect(standing(changes)).toBe("missed");
  });

  it("is not known where protection, or who can bypass it, cannot be read", () => {
    const refused = unknown("forbidden", "GitHub did not tell.", "Grant it.");
    expect(reasons({ protection: refused })).toEqual(["unknown-forbidden"]);
    expect(standing({ protection: refused })).toBe("unreadable");
    const hidden = known(protection({ rulesets: [ruleset({ bypass: refused })] }));
    expect(standing({ protection: hidden, policy: source("protection:\n  unreadableBypass: fail") })).toBe(
      "unreadable",
    );
  });

  it("is everything under a policy that cannot be used", () => {
    const policy = resolvePolicy(unknown("forbidden", "No.", "Grant it."), BASE_OID);
    expect(standing({ policy })).toBe("unreadable");
  });

  it("is not what the policy waives, until the waiver ends", () => {
    const waiver = [
      "waivers:",
      "  - { rule: signatures-required, owner: ada, reason: Until the migration is over, expires: 2026-12-01, controls: [SOC2:CC8.1] }",
    ].join("\n");
    const changes = {
      protection: known(protection({ classic: classic({ signaturesRequired: false }), rulesets: [] })),
      policy: source(`protection:\n  codeOwners: true\n${waiver}`),
    };
    expect(reasons(changes)).toEqual([]);
    expect(missesOf(audited(changes), new Date("2026-12-01T00:00:00Z"))).toHaveLength(1);
  });
});

describe("a change of protection", () => {
  const read = (facts: Parameters<typeof protection>[0]) =>
    JSON.stringify({ protection: known(protection(facts)) });
  const before = read({ classic: classic({ pattern: "main" }), rulesets: [ruleset({ name: "prod" })] });
  const now = read({ classic: null, rulesets: [] });

  it.each([
    [{ kind: "classic", name: "main" }, true],
    [{ kind: "classic", name: "release/*" }, false],
    [{ kind: "ruleset", name: "prod" }, true],
    [{ kind: "ruleset", name: "main" }, false],
  ] as const)("%j concerns the branch: %j", (change, expected) => {
    expect(concerns(change, [before, now])).toBe(expected);
    expect(concerns(change, [now, before])).toBe(expected);
    expect(concerns(change, [now])).toBe(false);
  });

  it("concerns it where it is not known what protects it", () => {
    const unread = JSON.stringify({ protection: unknown("forbidden", "No.", "Grant it.") });
    expect(concerns({ kind: "ruleset", name: "any" }, [unread, now])).toBe(true);
  });
});
