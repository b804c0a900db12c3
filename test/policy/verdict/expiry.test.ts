import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { known, type ResultFact, unknown } from "../../../src/facts/facts.js";
import { outcomeOf } from "../../../src/policy/decide.js";
import { expiresAt } from "../../../src/policy/verdict/expiry.js";
import { resultFindings } from "../../../src/policy/rules/results.js";
import { checkRun, commitStatus, facts, merged, OBSERVED_AT, policy } from "../make.js";

const HOUR = "results: [{ check: conftest, app: 5, maxAge: 1h }]";
const at = (completedAt: string | null) => checkRun({ completedAt });
const expiry = (results: readonly ResultFact[], yaml = HOUR): string | null =>
  expiresAt(facts({ results: known(results) }), policy(yaml))?.toISOString() ?? null;

describe("expiresAt", () => {
  it.each<[string, readonly ResultFact[], string, string | null]>([
    ["a result with an age limit", [at("2026-11-20T11:10:00Z")], HOUR, "2026-11-20T12:10:00.001Z"],
    ["one that counts for the last time", [at("2026-11-20T11:00:00Z")], HOUR, "2026-11-20T12:00:00.001Z"],
    ["one that is too old already", [at("2026-11-20T10:59:59Z")], HOUR, null],
    ["one without an age limit", [checkRun()], "results: [{ check: conftest, app: 5 }]", null],
    ["one that failed", [checkRun({ conclusion: "FAILURE" })], HOUR, null],
    ["one that runs", [checkRun({ status: "IN_PROGRESS", conclusion: null })], HOUR, null],
    ["one that ended at no known time", [at(null)], HOUR, null],
    ["another app's", [checkRun({ app: { id: 6, slug: "x" } })], HOUR, null],
    ["another name's", [checkRun({ name: "other" })], HOUR, null],
    ["no result at all", [], HOUR, null],
    [
      "a commit status",
      [commitStatus()],
      "results: [{ status: ci/plan, creator: 6, maxAge: 2h }]",
      "2026-11-20T13:10:00.001Z",
    ],
    [
      "a skipped run that the policy takes",
      [checkRun({ conclusion: "SKIPPED" })],
      "results: [{ check: conftest, app: 5, pass: [skipped], maxAge: 1d }]",
      "2026-11-21T11:10:00.001Z",
    ],
    [
      "several: the first to go",
      [at("2026-11-20T11:50:00Z"), commitStatus({ createdAt: "2026-11-20T11:45:00Z" })],
      "results: [{ check: conftest, app: 5, maxAge: 1h }, { status: ci/plan, creator: 6, maxAge: 30m }]",
      "2026-11-20T12:15:00.001Z",
    ],
    [
      "an expired one beside one that counts",
      [at("2026-11-20T10:00:00Z"), at("2026-11-20T11:30:00Z")],
      HOUR,
      "2026-11-20T12:30:00.001Z",
    ],
  ])("of %s", (_what, results, yaml, expected) => {
    expect(expiry(results, yaml)).toBe(expected);
  });

  it("is never, for a merged change and for results that could not be read", () => {
    const change = { results: known([at("2026-11-20T11:10:00Z")]) };
    expect(expiresAt(merged("2026-11-20T11:20:00Z", change), policy(HOUR))).toBeNull();
    const unread = unknown("unavailable", "No answer.", "Try again.");
    expect(expiresAt(facts({ results: unread }), policy(HOUR))).toBeNull();
  });

  it("is the very instant at which the gate stops passing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_600_000 }), (age) => {
        const completedAt = new Date(Date.parse(OBSERVED_AT) - age).toISOString();
        const given = facts({ results: known([at(completedAt)]) });
        const end = expiresAt(given, policy(HOUR))?.getTime() ?? Number.NaN;
        const outcomeAt = (time: number) =>
          outcomeOf(resultFindings({ ...given, observedAt: new Date(time).toISOString() }, policy(HOUR)));
        expect([outcomeAt(end - 1), outcomeAt(end)]).toEqual(["passed", "failed"]);
      }),
    );
  });
});
