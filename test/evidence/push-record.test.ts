import { describe, expect, it } from "@jest/globals";
import { canonicalJson, sha256Hex } from "../../src/evidence/canonical.js";
import { baselineRecord, type PushEvidence, pushRecord } from "../../src/evidence/push-record.js";
import { known, unknown } from "../../src/facts/facts.js";
import type { Decision } from "../../src/policy/finding.js";
import { ada, commit, HEAD, verdict } from "../policy/make.js";

const repository = { id: 10, owner: "acme", name: "shop" };
const decision: Decision = {
  outcome: "failed",
  gates: [],
  policy: { source: "repository", path: ".github/countersign.yml", digest: "d".repeat(64), commitOid: "1" },
  controls: ["SOC2:CC8.1"],
  observedAt: "2026-11-20T12:31:00Z",
};

const evidence = (change: Partial<PushEvidence> = {}): PushEvidence => ({
  repository,
  branch: "main",
  move: { form: "push", before: "1".repeat(40), after: HEAD },
  oids: [HEAD],
  commits: known([commit()]),
  verdicts: known([verdict()]),
  trustDigest: "f".repeat(64),
  results: known([]),
  pusher: ada,
  at: "2026-11-20T12:30:00.000Z",
  deliveries: ["guid"],
  exemption: null,
  bots: [],
  scope: null,
  outside: false,
  decision,
  ...change,
});
const bodyOf = (change: Partial<PushEvidence> = {}): unknown => JSON.parse(pushRecord(evidence(change)).body);

describe("pushRecord", () => {
  it("tells who moved the branch from where to where, with which commits, and what the gates say", () => {
    const record = pushRecord(evidence());
    expect(record).toMatchObject({
      changeKey: `10/main@${HEAD}`,
      bypass: true,
      outcome: "failed",
      controls: ["SOC2:CC8.1"],
    });
    expect(bodyOf()).toMatchObject({
      type: "push",
      version: 1,
      repository,
      branch: "main",
      form: "push",
      before: "1".repeat(40),
      after: HEAD,
      firstParents: [HEAD],
      commits: { known: true, value: [{ oid: HEAD, signature: { verdict: "good" } }] },
      pusher: ada,
      deliveries: ["guid"],
      exemption: null,
      decision: { policy: { digest: "d".repeat(64) } },
      bypass: true,
    });
    expect(canonicalJson(bodyOf())).toBe(record.body);
    expect(sha256Hex(record.body)).toBe(record.digest);
  });

  it("is a bypass even if every gate passes afterwards", () => {
    expect(pushRecord(evidence({ decision: { ...decision, outcome: "passed" } }))).toMatchObject({
      bypass: true,
      outcome: "passed",
    });
  });

  it.each(["own-app", "release-bot"] as const)("of an exempt account is none: %s", (exemption) => {
    expect(pushRecord(evidence({ exemption }))).toMatchObject({ bypass: false, outcome: "exempt" });
    expect(bodyOf({ exemption })).toMatchObject({ exemption, bypass: false });
  });

  it.each([
    ["force-push", "b", "a..b"],
    ["re-created", "b", "a..b"],
    ["deleted", null, `a..${"0".repeat(40)}`],
    ["compared", "b", "b"],
  ] as const)("is named by its form: %s", (form, after, end) => {
    expect(pushRecord(evidence({ move: { form, before: "a", after } })).changeKey).toBe(`10/main@${end}`);
  });

  it("is no bypass where it is outside of what the policy gates, and says what it touched", () => {
    const scope = known({ kind: "outside" as const, paths: ["docs/a.md"], total: 1 });
    const change = { outside: true, scope, decision: { ...decision, outcome: "passed" as const } };
    expect(pushRecord(evidence(change))).toMatchObject({ bypass: false, outcome: "outside" });
    expect(bodyOf(change)).toMatchObject({ bypass: false, scope: { value: { paths: ["docs/a.md"] } } });
    expect(bodyOf()).not.toHaveProperty("scope");
  });

  it("keeps what could not be read as unknown", () => {
    const unread = unknown("forbidden", "Not readable.", "Grant it.");
    expect(bodyOf({ commits: unread, results: unread })).toMatchObject({ commits: unread, results: unread });
    expect(bodyOf({ verdicts: unread })).toMatchObject({ commits: { value: [{ signature: unread }] } });
    expect(bodyOf({ verdicts: known([]) })).toMatchObject({ commits: { value: [{ signature: null }] } });
  });
});

describe("baselineRecord", () => {
  it("says where a branch stood when it was first seen", () => {
    const record = baselineRecord({ repository, branch: "main", oid: HEAD, at: "2026-11-20T12:30:00.000Z" });
    expect(record).toMatchObject({ changeKey: "10/main@baseline", bypass: false, outcome: "baseline" });
    expect(JSON.parse(record.body)).toMatchObject({ type: "baseline", oid: HEAD, branch: "main" });
  });
});
