import type { LookBack } from "../store/jobs.js";
import type { FlowContext } from "./context.js";

/** How many cases one look has worked on: the next look comes soon enough. */
const CASES_A_LOOK = 500;

/**
 * Queues the work of every case that has something due by the app's clock. Deadlines are rows, not timers in memory:
 * after any stop, step of the clock or change of replica the next look finds what is due, and two that look at once
 * queue it once.
 */
export async function queueDueCases({ store, clock }: Pick<FlowContext, "store" | "clock">): Promise<void> {
  for (const subject of await store.casesDue(clock.now(), CASES_A_LOOK)) {
    await store.enqueue({ task: "work-case", payload: subject });
  }
}

/** Queues a look at everything that webhooks may not have told us, for every account that the app is active on. */
export async function queueReconciliation({ store }: Pick<FlowContext, "store">): Promise<void> {
  for (const { id, suspended } of await store.listTenants()) {
    if (!suspended) await store.enqueue({ task: "reconcile", payload: { tenantId: id } });
  }
}

/** Queues a look at what GitHub could not deliver. */
export async function queueRedelivery(
  { store }: Pick<FlowContext, "store">,
  lookBack: LookBack,
): Promise<void> {
  await store.enqueue({ task: "redeliver", payload: { lookBack } });
}

/** Queues the deletion of webhooks that are done with. */
export async function queueForgetting({ store }: Pick<FlowContext, "store">): Promise<void> {
  await store.enqueue({ task: "forget-deliveries", payload: {} });
}

/** How often each is looked at. */
const LOOK_MS = 5_000;
const REDELIVER_MS = 10 * 60_000;
const RECONCILE_MS = 60 * 60_000;
const FORGET_MS = 60 * 60_000;

export interface Heartbeat {
  /** Resolves when a look that has begun is over, so that the database can be closed. */
  stop(): Promise<void>;
}

/** Looks for what is due, now and then in a steady rhythm, until it is stopped. */
export function startHeartbeat(context: FlowContext): Heartbeat {
  let looking = Promise.resolve();
  const beat = (what: string, look: () => Promise<void>) => (): void => {
    looking = looking.then(look).catch((error: unknown) => {
      context.logger.warn({ err: error }, `Could not look for ${what}; will try again`);
    });
  };
  const due = beat("cases that are due", () => queueDueCases(context));
  const missed = beat("what webhooks did not tell", () => queueReconciliation(context));
  const undelivered = (lookBack: LookBack) =>
    beat("webhooks that failed", () => queueRedelivery(context, lookBack));
  const old = beat("webhooks that are done with", () => queueForgetting(context));
  due();
  undelivered("three-days")();
  missed();
  old();
  const timers = [
    setInterval(due, LOOK_MS),
    setInterval(undelivered("two-hours"), REDELIVER_MS),
    setInterval(missed, RECONCILE_MS),
    setInterval(old, FORGET_MS),
  ];
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await looking;
    },
  };
}
