import { createHash } from "node:crypto";
import type { CheckContent, NewDecision, NewDelivery, NewRecord } from "../../src/store/store.js";
import { freshId } from "../support/postgres.js";

/** Ids as large as GitHub's may become: more than 32 bits. */
export const LARGE = 5_000_000_000;
export const AT = new Date("2026-03-04T05:06:07.890Z");
export const OID = "a".repeat(40);

export function aDelivery(changes: Partial<NewDelivery> = {}): NewDelivery {
  return {
    guid: `guid-${freshId()}`,
    event: "pull_request",
    action: "opened",
    tenantId: freshId(),
    installationId: LARGE,
    receivedAt: AT,
    payload: new Uint8Array([0, 1, 127, 128, 255, 10, 13, 39, 92]),
    ...changes,
  };
}

export function aDecision(changes: Partial<NewDecision> = {}): NewDecision {
  return {
    tenantId: freshId(),
    repository: { id: LARGE, owner: "octo", name: "deploy" },
    pullNumber: 7,
    baseRef: "main",
    headOid: OID,
    outcome: "fail",
    policyDigest: null,
    observedAt: AT,
    body: { findings: [{ rule: "signatures", outcome: "fail" }] },
    digest: "d1",
    ...changes,
  };
}

export function aRecord(changes: Partial<NewRecord> = {}): NewRecord {
  const body = changes.body ?? '{"kind":"merge"}';
  return {
    tenantId: freshId(),
    kind: "merge",
    changeKey: "pull:1",
    repository: { id: LARGE, owner: "octo", name: "deploy" },
    branch: "main",
    pullNumber: 1,
    headOid: OID,
    commitOid: "b".repeat(40),
    outcome: "pass",
    bypass: false,
    policyDigest: "sha256:0",
    controls: ["SOC2:CC8.1", "NIST-800-53r5:CM-3"],
    occurredAt: AT,
    observedAt: AT,
    body,
    digest: createHash("sha256").update(body).digest("hex"),
    ...changes,
  };
}

export function someContent(changes: Partial<CheckContent> = {}): CheckContent {
  return {
    conclusion: "failure",
    title: "1 commit is not signed",
    summary: "| rule | outcome |",
    text: "",
    annotations: [{ path: "a.yml", start_line: 1 }],
    actions: [],
    digest: "c1",
    ...changes,
  };
}
