import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { canonicalJson } from "../../src/evidence/canonical.js";
import { type MergeEvidence, mergeRecord } from "../../src/evidence/merge-record.js";
import { known, unknown } from "../../src/facts/facts.js";
import type { Decision, Outcome } from "../../src/policy/finding.js";
import { commit, facts, HEAD, identity, ada, merged, verdict } from "../policy/make.js";

const MERGED_AT = "2026-11-20T12:30:00Z";

const decision = (outcome: Outcome = "passed"): Decision => ({
  outcome,
  gates: [{ gate: "signatures", outcome, findings: [] }],
  policy: { source: "built-in", path: null, digest: "d".repeat(64), commitOid: null },
  controls: ["SOC2:CC8.1"],
  observedAt: "2026-11-20T12:31:00Z",
});

const earlier = {
  outcome: "passed",
  observedAt: "2026-11-20T12:28:00Z",
  confirmedAt: "2026-11-20T12:29:00Z",
  digest: "e".repeat(64),
};

const evidence = (change: Partial<MergeEvidence> = {}): MergeEvidence => ({
  facts: merged(MERGED_AT),
  decision: decision(),
  verdicts: known([verdict()]),
  trustDigest: "f".repeat(64),
  outside: false,
  before: earlier,
  ...change,
});

const bodyOf = (change: Partial<MergeEvidence> = {}): unknown =>
  JSON.parse(mergeRecord(evidence(change)).body);

/** The same value with the members of each object in the opposite order. */
function reversed<T>(value: T): T;
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((inner: unknown) => reversed(inner));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, inner]) => [key, reversed(inner)] as const);
  return Object.fromEntries(members.reverse());
}

describe("mergeRecord", () => {
  it("tells who, what, when, from which commits, and on what grounds", () => {
    expect(bodyOf()).toMatchObject({
      type: "merge",
      version: 1,
      repository: { id: 100, owner: "o", name: "r" },
      branch: "main",
      change: { number: 12, title: "Change something", author: { login: "ada" }, head: { oid: HEAD } },
      landed: {
        commitOid: "3".repeat(40),
        treeOid: "4".repeat(40),
        mergedAt: MERGED_AT,
        mergedBy: { login: "bob" },
        landing: { known: true, value: { loggedAs: "pr_merge" } },
      },
      commits: {
        known: true,
        value: [{ oid: HEAD, signature: { verdict: "good" }, forge: { verified: true } }],
      },
      reviews: { known: true, value: [{ author: { login: "bob" }, state: "APPROVED" }] },
      lastPusher: { known: true },
      results: { known: true },
      codeScanning: null,
      protection: { known: true },
      decision: { outcome: "passed", controls: ["SOC2:CC8.1"], policy: { digest: "d".repeat(64) } },
      trust: { digest: "f".repeat(64) },
      bypass: false,
      before: { outcome: "passed" },
    });
  });

  it("is no bypass where what landed is outside of what the policy gates, whatever was shown before", () => {
    const scope = known({ kind: "outside" as const, paths: ["docs/a.md"], total: 1 });
    const change = { facts: { ...merged(MERGED_AT), scope }, outside: true, before: null };
    expect(mergeRecord(evidence(change))).toMatchObject({ bypass: false, outcome: "outside" });
    expect(bodyOf(change)).toMatchObject({ scope: { value: { paths: ["docs/a.md"] } } });
    expect(bodyOf()).not.toHaveProperty("scope");
  });

  it("is a bypass where it was let in as outside, and what landed is not, though the gates would pass", () => {
    const before = { ...earlier, outcome: "outside" };
    expect(mergeRecord(evidence({ before }))).toMatchObject({ bypass: true, outcome: "passed" });
  });

  it("is canonical, and its digest is over these very bytes", () => {
    const { body, digest } = mergeRecord(evidence());
    expect(canonicalJson(JSON.parse(body))).toBe(body);
    expect(digest).toBe(createHash("sha256").update(body, "utf8").digest("hex"));
  });

  it("does not depend on the order in which the facts came to be", () => {
    expect(mergeRecord(reversed(evidence()))).toEqual(mergeRecord(evidence()));
  });

  it.each<[string, Partial<MergeEvidence>]>([
    ["the facts", { facts: merged("2026-11-20T12:30:01Z") }],
    ["the decision", { decision: decision("failed") }],
    ["the signatures", { verdicts: known([verdict({ verdict: "bad", reason: "signature-invalid" })]) }],
    ["what stood before", { before: null }],
  ])("is another record where %s differ", (_what, change) => {
    expect(mergeRecord(evidence(change)).digest).not.toBe(mergeRecord(evidence()).digest);
  });

  it.each<[Outcome, boolean]>([
    ["passed", false],
    ["failed", true],
    ["waiting", true],
    ["unknown", true],
  ])("of a change whose gates were %s is a bypass: %s", (outcome, bypass) => {
    const record = mergeRecord(evidence({ decision: decision(outcome) }));
    expect(record.bypass).toBe(bypass);
    expect(JSON.parse(record.body)).toMatchObject({ bypass });
  });

  it.each([
    ["no verdict", null],
    ["a failed verdict", { ...earlier, outcome: "failed" }],
  ])("of a change that landed with %s is a bypass, whatever is found afterwards", (_what, before) => {
    expect(mergeRecord(evidence({ before })).bypass).toBe(true);
  });

  it("has one key for one change, whatever else is found of it", () => {
    const keys = [evidence(), evidence({ before: null, decision: decision("unknown") })].map(
      (each) => mergeRecord(each).changeKey,
    );
    expect(keys).toEqual(["100#12", "100#12"]);
  });

  it("says what could not be read, and why", () => {
    const missing = unknown("truncated", "GitHub lists 250 of 251 commits.", "Split the pull request.");
    expect(bodyOf({ facts: merged(MERGED_AT, { commits: missing }), verdicts: missing })).toMatchObject({
      commits: { known: false, reason: { code: "truncated" } },
    });
    expect(bodyOf({ verdicts: missing })).toMatchObject({
      commits: { value: [{ signature: { known: false, reason: { code: "truncated" } } }] },
    });
    expect(bodyOf({ verdicts: known([]) })).toMatchObject({ commits: { value: [{ signature: null }] } });
  });

  it("carries half a surrogate pair as U+FFFD, and a whole one as it is", () => {
    const author = identity(ada, "a\udc00@example.com");
    const change = merged(MERGED_AT, { commits: known([commit({ author })]) });
    const title = "half \ud83d whole \u{1f600}";
    const odd = { ...change, pullRequest: { ...change.pullRequest, title } };
    expect(bodyOf({ facts: odd })).toMatchObject({
      change: { title: "half \ufffd whole \u{1f600}" },
      commits: { value: [{ author: { email: "a\ufffd@example.com" } }] },
    });
  });

  it("is not made of a pull request that is not merged", () => {
    expect(() => mergeRecord(evidence({ facts: facts() }))).toThrow(TypeError);
  });
});
