import { describe, expect, it } from "@jest/globals";
import { pagerDutyEvent } from "../../../src/notify/render/pagerduty.js";
import { signedWebhook } from "../../../src/notify/render/webhook.js";
import { driftAlert, type DriftView } from "../../../src/report/drift/alert.js";
import { account } from "../../policy/make.js";

const HOSTILE = "main\u202e\n@everyone";
const view = (changes: Partial<DriftView> = {}): DriftView => ({
  repository: { id: 100, owner: "acme", name: "infra" },
  repositoryUrl: "https://github.com/acme/infra",
  branch: "main",
  drift: {
    outcome: "weakened",
    cause: "protection",
    between: ["2026-11-20T10:00:00.000Z", "2026-11-20T11:00:00.000Z"],
    changes: [
      {
        at: "2026-11-20T10:30:00.000Z",
        kind: "classic",
        action: "deleted",
        name: "main",
        by: account(6, "root"),
        source: "webhook",
      },
    ],
  },
  misses: [
    {
      rule: "branch-protected",
      subject: "main",
      reason: "unprotected",
      message: "The branch main has no protection at all.",
      unknown: false,
    },
  ],
  landed: { changes: 2, bypasses: 1 },
  mentions: ["acme/security"],
  ...changes,
});
const told = (outcome: DriftView["drift"]["outcome"], changes: Partial<DriftView["drift"]> = {}) =>
  driftAlert(view({ drift: { ...view().drift, outcome, ...changes } }));

describe("the alert of a drift", () => {
  it("says what is missing, who changed it when, and what landed meanwhile", () => {
    expect(driftAlert(view())).toEqual({
      kind: "protection-weakened",
      severity: "critical",
      title: "Protection of acme/infra main is less than the policy asks",
      lines: [
        "The branch main has no protection at all.",
        "The rule main was deleted by root at 2026-11-20 10:30 UTC.",
      ],
      facts: [
        ["Repository", "acme/infra"],
        ["Branch", "main"],
        ["Changed", "between 2026-11-20 10:00 UTC and 2026-11-20 11:00 UTC"],
        ["Landed meanwhile", "2, of them around the gates 1"],
      ],
      url: "https://github.com/acme/infra/settings/rules",
      caseId: "protection 100 main",
      at: "2026-11-20T11:00:00.000Z",
      mentions: ["acme/security"],
    });
  });

  it.each([
    [told("restored"), "protection-restored", "info"],
    [told("unreadable"), "protection-weakened", "warning"],
  ])("is as grave as what happened: %#", (alert, kind, severity) => {
    expect(alert).toMatchObject({ kind, severity });
  });

  it("is none where the policy's demands are met as before", () => {
    expect(told("changed")).toBeNull();
  });

  it("says where nobody told who it was, and where it was the policy", () => {
    expect(told("weakened", { changes: [] })?.facts).toContainEqual(["Changed by", "nobody told"]);
    expect(told("weakened", { changes: [], cause: "policy" })?.facts).toContainEqual([
      "Changed by",
      "the policy, not protection",
    ]);
  });

  it("hides nothing that strangers chose, and stays short", () => {
    const [change] = view().drift.changes;
    const [miss] = view().misses;
    if (change === undefined || miss === undefined) throw new Error("the sample has both");
    const misses = Array.from({ length: 50 }, () => ({ ...miss, message: HOSTILE.repeat(500) }));
    const changes = Array.from({ length: 50 }, () => ({ ...change, name: HOSTILE }));
    const alert = driftAlert(view({ branch: HOSTILE, misses, drift: { ...view().drift, changes } }));
    expect(alert?.lines).toHaveLength(20);
    for (const line of [alert?.title, ...(alert?.lines ?? [])]) expect(line).not.toMatch(/[\u202e\n]/);
    for (const line of alert?.lines ?? []) expect(line.length).toBeLessThanOrEqual(300);
  });

  it("opens an incident of its own and ends it, in the words of programs", () => {
    const sent = (outcome: "weakened" | "restored") => {
      const alert = told(outcome);
      if (alert === null) throw new Error("it is told");
      return { ...alert, id: "protection/1" };
    };
    const event = (outcome: "weakened" | "restored") => pagerDutyEvent(sent(outcome), "key");
    expect(event("weakened")).toMatchObject({
      event_action: "trigger",
      payload: { class: "protection.weakened" },
    });
    expect(event("restored")).toMatchObject({ event_action: "resolve" });
    expect(event("weakened").dedup_key).toBe(event("restored").dedup_key);
    expect(event("weakened").links).toMatchObject([{ text: "Open the rules" }]);
    const { body } = signedWebhook(sent("restored"), [], new Date(0));
    expect(JSON.parse(body)).toMatchObject({ type: "protection.restored" });
  });
});
