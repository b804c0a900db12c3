import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CountersignError } from "../../src/errors.js";
import { asStoreError, isConflict, isUnavailable, sqlStateOf } from "../../src/store/failures.js";
import {
  type Job,
  parseJob,
  priorityOf,
  schedulingOf,
  TASK_NAMES,
  type TaskName,
  urgencyOf,
} from "../../src/store/jobs.js";
import { URGENCIES } from "../../src/urgency.js";
import { toBigInt, toNumber } from "../../src/store/numbers.js";
import { OID } from "./samples.js";

const repository = { id: 9, owner: "octo", name: "deploy" };
const caseId = "bg-0123456789";
const comment = {
  id: 1,
  url: "https://github.com/octo/deploy/issues/7#issuecomment-1",
  line: "/break-glass ack",
  at: "2026-11-24T09:00:00Z",
  author: { id: 3, login: "alice", type: "User" as const },
  viaApp: null,
};
const jobs: Job[] = [
  { task: "process-delivery", payload: { guid: "g" } },
  { task: "evaluate-pull-request", payload: { tenantId: 1, repository, number: 7 } },
  { task: "record-merge", payload: { tenantId: 1, repository, number: 7 } },
  { task: "evaluate-merge-group", payload: { tenantId: 1, repository, oid: "c".repeat(40) } },
  { task: "expire-merge-group", payload: { tenantId: 1, repository, oid: "c".repeat(40) } },
  { task: "expire-results", payload: { tenantId: 1, repository, number: 7 } },
  { task: "publish-checks", payload: { tenantId: 1, repository, oid: OID } },
  { task: "redeliver", payload: { lookBack: "two-hours" } },
  { task: "forget-deliveries", payload: {} },
  { task: "reconcile", payload: { tenantId: 1 } },
  { task: "sweep-repository", payload: { tenantId: 1, repository } },
  { task: "watch-repository", payload: { tenantId: 1, repository } },
  { task: "watch-branch", payload: { tenantId: 1, repository, branch: "main" } },
  { task: "audit-branch", payload: { tenantId: 1, repository, branch: "main" } },
  { task: "read-audit-log", payload: { tenantId: 1 } },
  { task: "reassess-merge", payload: { tenantId: 1, repository, number: 7 } },
  { task: "evaluate-tenant", payload: { tenantId: 1 } },
  { task: "explain-signing", payload: { tenantId: 1, repository, number: 7, oid: OID } },
  { task: "hear-command", payload: { tenantId: 1, repository, number: 7, onPullRequest: false, comment } },
  { task: "follow-case", payload: { tenantId: 1, caseId } },
  { task: "work-case", payload: { tenantId: 1, caseId } },
  { task: "publish-case", payload: { tenantId: 1, caseId } },
  {
    task: "restore-issue",
    payload: { tenantId: 1, caseId, guid: "g", action: "closed", by: null, at: "2026-11-24T09:00:00Z" },
  },
  { task: "publish-comment", payload: { tenantId: 1, key: "answer:1" } },
  { task: "send-alert", payload: { tenantId: 1, alertId: "a" } },
];

describe("jobs", () => {
  it("are of every task that a worker knows", () => {
    expect(jobs.map((job) => job.task).sort()).toEqual([...TASK_NAMES].sort());
  });

  it("come through the queue as they were", () => {
    for (const job of jobs) expect(parseJob(job.task, JSON.parse(JSON.stringify(job.payload)))).toEqual(job);
  });

  it.each<[string, TaskName, unknown]>([
    ["nothing", "process-delivery", null],
    ["no guid", "process-delivery", {}],
    ["an empty guid", "process-delivery", { guid: "" }],
    ["a key too many", "process-delivery", { guid: "g", extra: 1 }],
    ["an id as text", "evaluate-pull-request", { tenantId: "1", repository, number: 7 }],
    ["an id that is not exact", "evaluate-pull-request", { tenantId: 2 ** 53, repository, number: 7 }],
    ["a short oid", "publish-checks", { tenantId: 1, repository, oid: "abc" }],
    ["an oid that is none", "publish-checks", { tenantId: 1, repository, oid: "g".repeat(40) }],
  ])("are refused with %s", (_, task, payload) => {
    expect(() => parseJob(task, payload)).toThrow(CountersignError);
  });

  it("share a key only where they are about the same thing, and one queue for a pull request", () => {
    const keys = jobs.map((job) => schedulingOf(job).key);
    expect(new Set(keys).size).toBe(jobs.length);
    const [, evaluate, merge] = jobs.map((job) => schedulingOf(job));
    expect(evaluate?.queue).toBe(merge?.queue);
  });

  it("go first where something is about to land, and last in bulk, whatever their task", () => {
    const scheduled = jobs.map((job) => schedulingOf(job));
    const priorities = URGENCIES.map((urgency) => scheduled.map((job) => priorityOf(job, urgency)));
    for (const [place, ofOne] of priorities.entries()) {
      for (const priority of ofOne) expect(urgencyOf(priority)).toBe(URGENCIES[place]);
      expect(Math.max(...ofOne)).toBeLessThan(Math.min(...(priorities[place + 1] ?? [Infinity])));
    }
    // Of a queue that an earlier version filled.
    expect([-1, 0, 20, 99, 1_000].map(urgencyOf)).toEqual([
      "merging",
      "merging",
      "merging",
      "merging",
      "bulk",
    ]);
  });

  it("are as urgent as what waits for them", () => {
    const by = (urgency: string) =>
      jobs.filter((job) => schedulingOf(job).urgency === urgency).map(({ task }) => task);
    expect(by("ordinary").sort()).toEqual(
      [
        "audit-branch",
        "evaluate-pull-request",
        "evaluate-tenant",
        "expire-results",
        "explain-signing",
        "publish-checks",
      ].sort(),
    );
    expect(by("bulk").sort()).toEqual([
      "forget-deliveries",
      "read-audit-log",
      "reconcile",
      "redeliver",
      "sweep-repository",
      "watch-repository",
    ]);
    expect(by("merging")).toContain("evaluate-merge-group");
  });

  it("of another tenant, repository or number have other keys", () => {
    const id = fc.nat({ max: 50 });
    const subject = fc.record({ tenantId: id, repository: fc.record({ id }), number: id });
    fc.assert(
      fc.property(subject, subject, (a, b) => {
        const [one, other] = [a, b].map((payload) =>
          schedulingOf({
            task: "evaluate-pull-request",
            payload: { ...payload, repository: { ...repository, ...payload.repository } },
          }),
        );
        expect(one?.key === other?.key).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(one?.queue).toMatch(/^pulls-([1-5]?\d|6[0-3])$/);
      }),
    );
  });
});

describe("numbers", () => {
  it("go to the database and back exactly, or not at all", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => toNumber(toBigInt(n)) === n));
    for (const n of [2 ** 53, -(2 ** 53), 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => toBigInt(n)).toThrow(CountersignError);
    }
    expect(() => toNumber(2n ** 53n)).toThrow(CountersignError);
  });
});

describe("failures", () => {
  const ofPg = (code: string): Error => Object.assign(new Error("x"), { code });
  const ofPrisma = (cause: object): Error =>
    Object.assign(new Error("x"), { code: "P2010", meta: { driverAdapterError: { cause } } });

  it.each([
    ["a serialization failure", ofPg("40001")],
    ["a deadlock", ofPg("40P01")],
    ["a deadlock under Prisma", ofPrisma({ kind: "postgres", originalCode: "40P01" })],
    ["a write conflict under Prisma", ofPrisma({ kind: "TransactionWriteConflict" })],
    ["Prisma's own word for it", ofPg("P2034")],
  ])("that are %s may go away by running again", (_, error) => {
    expect(isConflict(error)).toBe(true);
    expect(asStoreError(error)).toMatchObject({ code: "store-conflict", cause: error });
  });

  it.each([
    ["a refused connection", ofPg("ECONNREFUSED")],
    ["a server that shuts down", ofPg("57P01")],
    ["too many connections", ofPg("53300")],
    ["a wrong password", ofPg("28P01")],
    ["a missing database", ofPg("3D000")],
    ["Prisma without a server", ofPg("P1001")],
    ["a closed connection under Prisma", ofPrisma({ kind: "ConnectionClosed" })],
  ])("that are %s mean that the database cannot be reached", (_, error) => {
    expect(isUnavailable(error)).toBe(true);
    expect(asStoreError(error)).toMatchObject({ code: "store-unavailable", cause: error });
  });

  it.each([
    ["a refusal by our own triggers", ofPg("23001")],
    [
      "a unique violation under Prisma",
      ofPrisma({ kind: "UniqueConstraintViolation", originalCode: "23505" }),
    ],
    ["a fault of ours", new TypeError("x")],
    ["no error at all", "x"],
  ])("that are %s are passed on as they are", (_, error) => {
    expect(asStoreError(error)).toBe(error);
  });

  it("tell the server's own code", () => {
    expect(sqlStateOf(ofPg("23001"))).toBe("23001");
    expect(sqlStateOf(ofPrisma({ originalCode: "23505" }))).toBe("23505");
    expect(sqlStateOf(ofPg("P2034"))).toBeNull();
    expect(sqlStateOf(new Error("x"))).toBeNull();
  });
});
