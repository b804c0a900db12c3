import type { Handlers } from "../../src/store/queue/worker.js";

/** Handlers that all do the same, save those that are given. */
export function handlersThat(work: () => Promise<void>, some: Partial<Handlers> = {}): Handlers {
  return {
    "process-delivery": work,
    "evaluate-pull-request": work,
    "expire-results": work,
    "evaluate-merge-group": work,
    "expire-merge-group": work,
    "publish-checks": work,
    "record-merge": work,
    redeliver: work,
    "forget-deliveries": work,
    reconcile: work,
    "evaluate-tenant": work,
    "sweep-repository": work,
    "watch-repository": work,
    "watch-branch": work,
    "audit-branch": work,
    "read-audit-log": work,
    "reassess-merge": work,
    "explain-signing": work,
    "hear-command": work,
    "follow-case": work,
    "work-case": work,
    "publish-case": work,
    "restore-issue": work,
    "publish-comment": work,
    "send-alert": work,
    ...some,
  };
}
