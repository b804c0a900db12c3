import { describe, expect, it } from "@jest/globals";
import { deadlines } from "../../src/breakglass/clocks.js";
import type { EventKind } from "../../src/breakglass/event.js";
import { refuse } from "../../src/breakglass/rules.js";
import { transition } from "../../src/breakglass/transition.js";
import { canonicalJson, sha256Hex } from "../../src/evidence/canonical.js";
import * as listed from "../../src/evidence/case-controls.js";
import {
  issueRecord,
  refusalRecord,
  sealRecord,
  type SealEvidence,
  type StepEvidence,
  stepKey,
  stepRecord,
} from "../../src/evidence/case-record.js";
import { isCountersignError } from "../../src/errors.js";
import { CONTROLS } from "../../src/policy/controls.js";
import { ann, bot, actor, CASES, dev, make, open } from "../breakglass/make.js";

const repository = { id: 10, owner: "acme", name: "shop" };
const closed = CASES.closed();
const DIGEST = "a".repeat(64);

function step(index: number, subject = closed, change: Partial<StepEvidence> = {}) {
  const one = subject.steps[index];
  if (one === undefined) throw new Error(`no step ${index}`);
  return stepRecord({
    case: subject,
    step: one,
    index,
    repository,
    branch: "main",
    previousDigest: index === 0 ? null : DIGEST,
    ...change,
  });
}

const bodyOf = ({ body }: { readonly body: string }): unknown => JSON.parse(body);
const broken = (act: () => unknown): boolean => {
  try {
    act();
    return false;
  } catch (error) {
    return isCountersignError(error, "invariant-broken");
  }
};

describe("stepRecord", () => {
  it("tells who, when, why, from which event, and what it led to", () => {
    const record = step(1);
    expect(record).toMatchObject({ changeKey: "case-1/1", bypass: false, outcome: "acknowledged" });
    expect(bodyOf(record)).toMatchObject({
      type: "break-glass",
      version: 1,
      caseId: "case-1",
      change: "10#7",
      index: 1,
      repository,
      branch: "main",
      by: ann,
      at: closed.acknowledgement?.at,
      why: "why acknowledged",
      event: { kind: "acknowledged", id: closed.steps[1]?.event.id, source: { kind: "comment" } },
      from: "landed",
      to: "acknowledged",
      refusal: null,
      terms: null,
      previous: DIGEST,
    });
    expect(canonicalJson(bodyOf(record))).toBe(record.body);
    expect(sha256Hex(record.body)).toBe(record.digest);
  });

  it("of the first step holds the terms, so that who was authorised can be shown", () => {
    expect(bodyOf(step(0))).toMatchObject({ by: dev, from: null, terms: closed.terms, previous: null });
  });

  it("of a refusal names the rule", () => {
    const { case: refused } = transition(open(), make.acknowledged({ by: actor(dev) }));
    const record = step(1, refused);
    expect(bodyOf(record)).toMatchObject({
      refusal: { rule: "not-authorised" },
      from: "landed",
      to: "landed",
    });
    expect(record.controls).toEqual(listed.REFUSAL_CONTROLS);
  });

  it.each<[string, () => unknown]>([
    ["at another place", () => step(1, closed, { index: 2 })],
    ["beyond the story", () => step(1, closed, { index: 99 })],
    ["without the one before", () => step(1, closed, { previousDigest: null })],
    ["the first, with one before", () => step(0, closed, { previousDigest: DIGEST })],
  ])("refuses a step %s", (_what, act) => {
    expect(broken(act)).toBe(true);
  });
});

const seal = (change: Partial<SealEvidence> = {}) =>
  sealRecord({
    case: closed,
    repository,
    branch: "main",
    records: closed.steps.map((_, index) => ({
      changeKey: stepKey(closed.id, index),
      position: 20 - index,
      digest: sha256Hex(String(index)),
    })),
    change: { changeKey: "10#7", position: 3, digest: DIGEST },
    policyDigest: "b".repeat(64),
    clocks: deadlines(closed),
    decision: null,
    alerts: [{ id: "a1", channel: "chat", sentAt: "2026-03-03T02:00:01.000Z" }],
    issueUrl: "https://github.com/acme/shop/issues/9",
    ...change,
  });

describe("sealRecord", () => {
  it("holds the whole story, with the digest of each part", () => {
    const record = seal();
    expect(record).toMatchObject({ changeKey: "case-1", outcome: "closed", bypass: false });
    expect(bodyOf(record)).toMatchObject({
      type: "break-glass-sealed",
      case: { id: "case-1", acknowledgement: { by: ann }, closing: { by: ann }, breaches: [] },
      steps: 5,
      records: [4, 3, 2, 1, 0].map((index) => ({ position: 20 - index, digest: sha256Hex(String(index)) })),
      change: { digest: DIGEST, position: 3 },
      policy: { digest: "b".repeat(64) },
      clocks: [
        { clock: "acknowledge", met: true, breached: false },
        { clock: "document", met: true },
        { clock: "review", met: true },
      ],
      alerts: [{ id: "a1", channel: "chat" }],
    });
  });

  it("also holds what befell the tracking issue", () => {
    const incident = { changeKey: "case-1/issue:guid", position: 9, digest: DIGEST };
    const records = [
      ...closed.steps.map((_, index) => ({ changeKey: `case-1/${index}`, position: index, digest: DIGEST })),
      incident,
    ];
    expect(bodyOf(seal({ records }))).toMatchObject({ records: [{}, {}, {}, {}, {}, incident] });
  });

  it("refuses to vouch for a story that lacks a step", () => {
    const all = closed.steps.map((_, index) => ({
      changeKey: `case-1/${index}`,
      position: index,
      digest: DIGEST,
    }));
    for (let index = 0; index < all.length; index += 1)
      expect(broken(() => seal({ records: all.toSpliced(index, 1) }))).toBe(true);
  });

  it.each((Object.keys(CASES) as (keyof typeof CASES)[]).filter((state) => state !== "closed"))(
    "refuses a case that is %s",
    (state) => {
      expect(broken(() => seal({ case: CASES[state]() }))).toBe(true);
    },
  );
});

describe("refusalRecord", () => {
  it("says who asked for what, where, and which rule refused it", () => {
    const record = refusalRecord({
      repository,
      commentId: 5,
      url: "https://github.com/acme/shop/issues/9#issuecomment-5",
      on: 9,
      by: bot,
      at: "2026-03-03T02:00:00Z",
      text: "/break-glass \uD800 ack",
      refusal: refuse("not-a-person"),
    });
    expect(record).toMatchObject({ changeKey: "comment:5", outcome: "not-a-person", bypass: false });
    expect(bodyOf(record)).toMatchObject({
      type: "break-glass-refused",
      comment: { id: 5, on: 9, text: "/break-glass \uFFFD ack" },
      by: bot,
      refusal: { rule: "not-a-person" },
    });
  });
});

describe("issueRecord", () => {
  it("says who did what to the issue, and what is done about it; once a delivery", () => {
    const record = issueRecord({
      caseId: "case-1",
      repository,
      issue: 9,
      eventId: "guid",
      by: dev,
      at: "2026-03-03T02:00:00Z",
      action: "edited",
      what: "The body was changed.",
      response: "restored",
    });
    expect(record).toMatchObject({ changeKey: "case-1/issue:guid", outcome: "restored", bypass: false });
    expect(bodyOf(record)).toMatchObject({ by: dev, action: "edited", response: "restored", issue: 9 });
  });
});

describe("controls of a case", () => {
  const kinds = Object.keys(listed.CASE_CONTROLS) as EventKind[];
  it("every step is evidence for some, each in the catalogue and named once", () => {
    const { REFUSAL_CONTROLS, ISSUE_CONTROLS, SEAL_CONTROLS, BASELINE_CONTROLS } = listed;
    const others = [REFUSAL_CONTROLS, ISSUE_CONTROLS, SEAL_CONTROLS, BASELINE_CONTROLS];
    for (const controls of [...kinds.map((kind) => listed.CASE_CONTROLS[kind]), ...others]) {
      expect(controls.length).toBeGreaterThan(0);
      expect(new Set(controls).size).toBe(controls.length);
      for (const control of controls) expect(Object.keys(CONTROLS)).toContain(control);
    }
  });

  it("what asks for independence is evidence for the separation of duties", () => {
    for (const kind of ["acknowledged", "approved", "rejected", "closed"] as const)
      expect(listed.CASE_CONTROLS[kind]).toContain("NIST-800-53r5:AC-5");
  });
});
