import { createHash } from "node:crypto";
import type { NewSnapshot } from "../../../src/store/ports/audit-store.js";
import type { TimerRow } from "../../../src/breakglass/clocks.js";
import type { KnownRepository, NewPush, ProtectionChange } from "../../../src/store/ports/branch-store.js";
import type { NewAlert, NewComment, NewIssue, NewStoredCase } from "../../../src/store/ports/case-store.js";
import { freshId } from "../../support/postgres.js";
import { AT, LARGE } from "../samples.js";

export const REPOSITORY = { id: LARGE, owner: "octo", name: "deploy" };
/** What TEXT of PostgreSQL refuses, and what UTF-8 cannot say. */
export const HOSTILE = "NUL \u0000, half a pair \ud800, '; DROP TABLE cases; -- %_\\ ✓";
export const ALICE = { id: LARGE + 1, login: "alice", type: "User" as const };

/** Minutes after `AT`. */
export const minutes = (n: number): Date => new Date(AT.getTime() + n * 60_000);

export function aCase(changes: Partial<NewStoredCase> = {}): NewStoredCase {
  const number = freshId();
  const body = changes.body ?? '{"state":"landed"}';
  return {
    tenantId: freshId(),
    id: `bg-${number.toString(16).padStart(10, "0")}`,
    changeKey: `${LARGE}#${number}`,
    repository: REPOSITORY,
    branch: "main",
    pullNumber: number,
    retroNumber: null,
    state: "landed",
    breached: false,
    openedAt: AT,
    body,
    digest: createHash("sha256").update(body).digest("hex"),
    revision: 0,
    ...changes,
  };
}

export function aTimer(caseId: string, changes: Partial<TimerRow> = {}): TimerRow {
  const kind = changes.kind ?? "breach";
  return {
    id: `${caseId}/acknowledge/${kind}`,
    clock: "acknowledge",
    kind,
    level: 0,
    at: AT.toISOString(),
    ...changes,
  };
}

export function anIssue(changes: Partial<NewIssue> = {}): NewIssue {
  return {
    tenantId: freshId(),
    caseId: "bg-0000000001",
    repository: REPOSITORY,
    title: "Break-glass on main",
    body: "What landed",
    labels: ["break-glass"],
    open: true,
    digest: "d1",
    ...changes,
  };
}

export function aComment(changes: Partial<NewComment> = {}): NewComment {
  return {
    tenantId: freshId(),
    key: "answer:1",
    caseId: "bg-0000000001",
    on: null,
    body: "Acknowledged.",
    ...changes,
  };
}

export function anAlert(changes: Partial<NewAlert> = {}): NewAlert {
  return {
    tenantId: freshId(),
    id: "bg-0000000001/opened/ops",
    caseId: "bg-0000000001",
    channel: "ops",
    content: { title: "A push around the gates" },
    ...changes,
  };
}

export function aRepository(changes: Partial<KnownRepository> = {}): KnownRepository {
  return {
    tenantId: freshId(),
    repository: REPOSITORY,
    defaultBranch: "main",
    controlled: ["main", "release/*"],
    gone: false,
    asOf: AT,
    ...changes,
  };
}

export function aPush(changes: Partial<NewPush> = {}): NewPush {
  return {
    guid: `guid-${freshId()}`,
    tenantId: freshId(),
    repositoryId: LARGE,
    repository: REPOSITORY,
    branch: "main",
    before: "a".repeat(40),
    after: "b".repeat(40),
    forced: false,
    pusher: ALICE,
    pushedAt: AT,
    receivedAt: AT,
    ...changes,
  };
}

export function aProtectionChange(changes: Partial<ProtectionChange> = {}): ProtectionChange {
  return {
    guid: `guid-${freshId()}`,
    tenantId: freshId(),
    repositoryId: LARGE,
    kind: "ruleset",
    action: "deleted",
    name: "main is protected",
    by: ALICE,
    receivedAt: AT,
    occurredAt: null,
    source: "webhook",
    ...changes,
  };
}

export function aSnapshot(changes: Partial<NewSnapshot> = {}): NewSnapshot {
  return {
    unchangedUntil: null,
    observedAt: AT.toISOString(),
    digest: "5".repeat(64),
    policyDigest: null,
    misses: [],
    protection: "{}",
    ...changes,
  };
}
