import type { Urgency } from "../../src/urgency.js";
import { ManualClock } from "../../src/clock.js";
import type { FlowContext } from "../../src/flows/context.js";
import type { Installation } from "../../src/github/github.js";
import { silentLogger } from "../../src/logger.js";
import type {
  KnownBranch,
  KnownRepository,
  NewPush,
  ProtectionChange,
} from "../../src/store/ports/branch-store.js";
import type { Job } from "../../src/store/jobs.js";
import type { KnownMergeGroup } from "../../src/store/ports/merge-group-store.js";
import type { HeadPush, KnownPullRequest, Store, StoreTransaction, Tenant } from "../../src/store/store.js";
import { APP_ID, BASE, HEAD, PLACE, UPDATED_AT } from "./payloads.js";

export const NOW = new Date("2026-11-20T12:00:00Z");
export const TENANT: Tenant = {
  id: 7,
  login: "acme",
  installationId: 55,
  suspended: false,
  asOf: UPDATED_AT,
};
export const KNOWN: KnownRepository = {
  ...PLACE,
  defaultBranch: "main",
  controlled: ["~DEFAULT_BRANCH", "prod/*"],
  gone: false,
  asOf: UPDATED_AT,
};
/** Pull requests that we know to have HEAD as their head. */
const AT_HEAD = [12, 13];
/** Open pull requests by the branch they go to. */
const OPEN = new Map([
  ["main", [12]],
  ["release", [20, 21]],
]);

/** What handlers may touch, in memory; anything else they call fails the test. */
export class Ports {
  readonly jobs: Job[] = [];
  readonly pushes: (HeadPush & { mode: string })[] = [];
  tenants: Tenant[] = [TENANT];

  readonly notes: KnownPullRequest[] = [];
  readonly renewed: string[] = [];
  /** How urgent each job was said to be. */
  readonly urgencies: (Urgency | undefined)[] = [];

  repositories: KnownRepository[] = [KNOWN];
  /** Branches that are watched already. */
  watched: readonly string[] = [];
  readonly branchPushes: NewPush[] = [];
  readonly protectionChanges: ProtectionChange[] = [];
  /** When GitHub first tried to deliver what it had to deliver again. */
  readonly firstAttempts = new Map<string, Date>();
  /** When deliveries came, where that was not just now. */
  readonly received = new Map<string, Date>();

  readonly groups: KnownMergeGroup[] = [];
  readonly store: Pick<
    Store,
    | "enqueue"
    | "savePusher"
    | "saveTenant"
    | "findTenant"
    | "notePullRequest"
    | "openPullRequestsAt"
    | "openPullRequests"
    | "renewChecks"
    | "findRepository"
    | "saveRepository"
    | "findBranch"
    | "notePush"
    | "noteProtectionChange"
    | "firstAttempt"
    | "findDelivery"
    | "listRepositories"
    | "listBranches"
    | "findCasesOfPullRequest"
    | "transaction"
    | "noteMergeGroup"
    | "endMergeGroup"
    | "findMergeGroup"
  > = {
    noteMergeGroup: (group) => {
      this.groups.push({ ...group, pullNumbers: [], ended: null });
      return Promise.resolve();
    },
    endMergeGroup: (group, ended) => {
      this.groups.push({ ...group, pullNumbers: [], ended });
      return Promise.resolve();
    },
    findMergeGroup: ({ oid }) => Promise.resolve(this.groups.find(({ headOid }) => headOid === oid) ?? null),
    findRepository: (tenantId, id) =>
      Promise.resolve(
        this.repositories.find((known) => known.tenantId === tenantId && known.repository.id === id) ?? null,
      ),
    saveRepository: (known) => {
      this.repositories = [known];
      return Promise.resolve();
    },
    findBranch: (tenantId, repositoryId, branch) =>
      Promise.resolve(this.watched.includes(branch) ? watchedBranch(tenantId, repositoryId, branch) : null),
    listRepositories: (tenantId) =>
      Promise.resolve(this.repositories.filter((known) => known.tenantId === tenantId)),
    listBranches: (tenantId, repositoryId) =>
      Promise.resolve(this.watched.map((branch) => watchedBranch(tenantId, repositoryId, branch))),
    firstAttempt: (guid) => Promise.resolve(this.firstAttempts.get(guid) ?? null),
    findDelivery: (guid) => {
      const receivedAt = this.received.get(guid);
      if (receivedAt === undefined) return Promise.resolve(null);
      const stored = { guid, event: "push", action: null, tenantId: TENANT.id, installationId: null };
      return Promise.resolve({ ...stored, receivedAt, payload: new Uint8Array(), processedAt: null });
    },
    notePush: (push) => {
      this.branchPushes.push(push);
      return Promise.resolve();
    },
    noteProtectionChange: (change) => {
      this.protectionChanges.push(change);
      return Promise.resolve();
    },
    // No check run is posted in any of these stories, so there is no verdict to take back.
    transaction: (work) => {
      const tx: object = { lock: () => Promise.resolve(), wantedChecks: () => Promise.resolve([]) };
      return work(tx as StoreTransaction);
    },
    findCasesOfPullRequest: () => Promise.resolve([]),
    notePullRequest: (pull) => {
      this.notes.push(pull);
      return Promise.resolve();
    },
    openPullRequestsAt: ({ oid }) => {
      const closed = this.notes.filter(({ open }) => !open).map(({ number }) => number);
      const open = oid === HEAD ? AT_HEAD.filter((number) => !closed.includes(number)) : [];
      return Promise.resolve(open.map(openPullRequest));
    },
    openPullRequests: () => Promise.resolve(AT_HEAD.map(openPullRequest)),
    renewChecks: ({ oid }) => {
      this.renewed.push(oid);
      return Promise.resolve();
    },
    enqueue: (job, { urgency } = {}) => {
      this.jobs.push(job);
      this.urgencies.push(urgency);
      return Promise.resolve();
    },
    savePusher: (push, mode = "replace") => {
      this.pushes.push({ ...push, mode });
      return Promise.resolve();
    },
    findTenant: (id) => Promise.resolve(this.tenants.find((tenant) => tenant.id === id) ?? null),
    saveTenant: (tenant) => {
      this.tenants = [...this.tenants.filter(({ id }) => id !== tenant.id), tenant];
      return Promise.resolve();
    },
  };

  readonly installation: Pick<Installation, "openPullRequests"> = {
    openPullRequests: (_repository, base) =>
      Promise.resolve(base === null ? [...OPEN.values()].flat() : (OPEN.get(base) ?? [])),
  };

  /** The jobs in short: `evaluate-pull-request 12`, `watch-branch main`. */
  get queued(): string[] {
    return this.jobs.map(({ task, payload }) => {
      if ("number" in payload) return `${task} ${payload.number}`;
      return "branch" in payload ? `${task} ${payload.branch}` : task;
    });
  }
}

const watchedBranch = (tenantId: number, repositoryId: number, branch: string): KnownBranch => ({
  tenantId,
  repositoryId,
  branch,
  tip: BASE,
  lastTip: null,
  since: BASE,
  accountedAt: NOW,
  policyOid: BASE,
  policyAwaits: [],
});

const openPullRequest = (number: number): KnownPullRequest => ({
  tenantId: PLACE.tenantId,
  repository: PLACE.repository,
  number,
  headOid: HEAD,
  baseRef: "main",
  open: true,
  asOf: NOW,
});

/** The ports as the whole of what handlers are handed: a call of anything else is a TypeError. */
export function contextOf(ports: Ports): FlowContext {
  const context: object = {
    appId: APP_ID,
    store: ports.store,
    // Handlers read no facts, so a call of any of these is a TypeError, too.
    github: { forInstallation: () => ({ facts: {}, ...ports.installation }) },
    clock: new ManualClock(NOW),
    logger: silentLogger,
  };
  return context as FlowContext;
}
