import type { FlowContext } from "../../flows/context.js";

const DAY_MS = 24 * 3_600_000;
/** So few that a batch is over at once, and whoever stores webhooks does not wait for it. */
export const BATCH = 500;
/** What is left then is forgotten by the next look, an hour later. */
const MOST_BATCHES = 200;

/**
 * Forgets webhooks that were processed and are older than the operator keeps them, the oldest first, in small batches.
 * What they brought about is kept in the records for good; what was never processed stays until someone has looked.
 */
export async function forgetDeliveries({
  store,
  clock,
  logger,
  deliveriesKeptDays,
}: Pick<FlowContext, "store" | "clock" | "logger" | "deliveriesKeptDays">): Promise<void> {
  const before = new Date(clock.now().getTime() - deliveriesKeptDays * DAY_MS);
  let forgotten = 0;
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const gone = await store.forgetDeliveries(before, BATCH);
    forgotten += gone;
    if (gone < BATCH) break;
  }
  if (forgotten > 0) logger.info({ deliveries: forgotten, before }, "Forgot webhooks that are done with");
}
