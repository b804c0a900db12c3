import { describe, expect, it } from "@jest/globals";
import { type Fact, known, unknown } from "../../../src/facts/facts.js";
import { asOfMerge } from "../../../src/policy/verdict/as-of-merge.js";
import { checkRun, commitStatus, facts, merged, review } from "../make.js";

const MERGED_AT = "2026-11-20T11:30:00Z";
const BEFORE = "2026-11-20T11:29:59Z";
const AFTER = "2026-11-20T11:30:01Z";

const valueOf = <T>(fact: Fact<T>): T | null => (fact.known ? fact.value : null);

describe("asOfMerge", () => {
  it("leaves the facts of an open change alone", () => {
    const open = facts();
    expect(asOfMerge(open)).toBe(open);
  });

  it("drops reviews given after the merge, or at no known time", () => {
    const reviews = [BEFORE, MERGED_AT, AFTER, null].map((submittedAt) => review({ submittedAt }));
    const kept = valueOf(asOfMerge(merged(MERGED_AT, { reviews: known(reviews) })).reviews);
    expect(kept?.map(({ submittedAt }) => submittedAt)).toEqual([BEFORE, MERGED_AT]);
  });

  it("takes back what dismissed a review only after the merge, and nothing else", () => {
    const dismissed = (at: string) =>
      review({
        state: "DISMISSED",
        submittedAt: BEFORE,
        dismissal: { at, by: null, was: "CHANGES_REQUESTED", message: "", commitOid: null },
      });
    const reviews = [
      dismissed(MERGED_AT),
      dismissed(AFTER),
      review({ state: "DISMISSED", submittedAt: BEFORE }),
    ];
    const kept = valueOf(asOfMerge(merged(MERGED_AT, { reviews: known(reviews) })).reviews);
    expect(kept?.map(({ state, dismissal }) => [state, dismissal?.at])).toEqual([
      ["DISMISSED", MERGED_AT],
      ["CHANGES_REQUESTED", undefined],
      ["DISMISSED", undefined],
    ]);
  });

  it("drops statuses set after the merge", () => {
    const results = known([commitStatus({ createdAt: BEFORE }), commitStatus({ createdAt: AFTER })]);
    expect(valueOf(asOfMerge(merged(MERGED_AT, { results })).results)).toHaveLength(1);
  });

  it.each([
    ["completed before", { startedAt: BEFORE, completedAt: BEFORE }, "COMPLETED"],
    ["started before, completed after", { startedAt: BEFORE, completedAt: AFTER }, "IN_PROGRESS"],
    ["started after", { startedAt: AFTER, completedAt: AFTER }, undefined],
    ["completed at no known time, started before", { startedAt: BEFORE, completedAt: null }, "IN_PROGRESS"],
    [
      "still running",
      { status: "IN_PROGRESS", startedAt: BEFORE, completedAt: null, conclusion: null },
      "IN_PROGRESS",
    ],
  ])("sees a check run that %s as it was", (_what, change, status) => {
    const [run] = valueOf(asOfMerge(merged(MERGED_AT, { results: known([checkRun(change)]) })).results) ?? [];
    expect(run?.kind === "check-run" ? run.status : undefined).toBe(status);
  });

  it("drops code-scanning analyses made after the merge", () => {
    const analysis = { tool: "CodeQL", commitOid: "2".repeat(40), error: "" };
    const analyses = [BEFORE, MERGED_AT, AFTER].map((createdAt) => ({ ...analysis, createdAt }));
    const codeScanning = known({ analyses, openAlerts: [] });
    const fact = asOfMerge(merged(MERGED_AT, { codeScanning })).codeScanning;
    const kept = fact === null ? null : valueOf(fact);
    expect(kept?.analyses.map(({ createdAt }) => createdAt)).toEqual([BEFORE, MERGED_AT]);
  });

  it("keeps unknown what is unknown", () => {
    const reviews = unknown("unavailable", "No answer.", "Try again.");
    const change = merged(MERGED_AT, { reviews, results: reviews, codeScanning: reviews });
    expect(asOfMerge(change)).toMatchObject({
      reviews,
      results: reviews,
      codeScanning: reviews,
    });
  });
});
