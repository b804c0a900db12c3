import type { DeliveryAttempt } from "../../github/deliveries.js";
import type { LookBack } from "../../store/jobs.js";
import type { FlowContext } from "../context.js";

const HOUR_MS = 3_600_000;
/** GitHub keeps deliveries for three days. Between the looks of a running app two hours are enough. */
const LOOK_BACK_MS: Readonly<Record<LookBack, number>> = {
  "three-days": 72 * HOUR_MS,
  "two-hours": 2 * HOUR_MS,
};

/** A webhook that failed as often as this will fail again: someone has to look, and the state is reconciled anyway. */
const MOST_ATTEMPTS = 5;
/** How many are asked for at once: the rest is found by the next look. */
const MOST_AT_ONCE = 500;

/**
 * Has GitHub deliver again what it could not deliver and we do not have. GitHub never does so by itself. What we stored
 * although our answer did not arrive is not asked for; what arrives twice is stored once.
 *
 * @throws CountersignError a `github-*` code
 */
export async function redeliver(
  context: FlowContext,
  { lookBack }: { readonly lookBack: LookBack },
): Promise<void> {
  const { github, store, clock, logger } = context;
  const since = new Date(clock.now().getTime() - LOOK_BACK_MS[lookBack]);
  const failed = failures(await attemptsByGuid(github.deliveries.since(since)));
  const stored = await store.storedDeliveries(failed.map(({ newest }) => newest.guid));
  const missing = failed.filter(({ newest }) => !stored.has(newest.guid));
  const [hopeless, wanted] = [
    missing.filter(({ count }) => count >= MOST_ATTEMPTS),
    missing.filter(({ count }) => count < MOST_ATTEMPTS),
  ];
  // Oldest first, as it happened. When that was is kept: delivered again, a webhook does not tell.
  const asked = wanted.reverse().slice(0, MOST_AT_ONCE);
  await store.noteLateDeliveries(
    asked.map(({ newest: { guid }, first }) => ({ guid, firstAttemptAt: first })),
  );
  for (const { newest } of asked) await github.deliveries.redeliver(newest);
  if (wanted.length > 0)
    logger.info({ deliveries: wanted.length }, "Asked GitHub for webhooks that had failed");
  if (hopeless.length > 0) {
    logger.warn(
      { guids: hopeless.map(({ newest: { guid } }) => guid) },
      "Webhooks failed again and again; look at them on GitHub",
    );
  }
}

/** The newest attempt at a webhook, when the first was, how many there were, and whether one succeeded. */
interface Attempts {
  readonly newest: DeliveryAttempt;
  readonly first: Date;
  readonly count: number;
  readonly ok: boolean;
}

async function attemptsByGuid(attempts: AsyncIterable<DeliveryAttempt>): Promise<Attempts[]> {
  const found = new Map<string, Attempts>();
  for await (const attempt of attempts) {
    const known = found.get(attempt.guid) ?? {
      newest: attempt,
      first: attempt.deliveredAt,
      count: 0,
      ok: false,
    };
    // They come the newest first.
    const first = attempt.deliveredAt;
    found.set(attempt.guid, { ...known, first, count: known.count + 1, ok: known.ok || attempt.ok });
  }
  return [...found.values()];
}

const failures = (all: readonly Attempts[]): Attempts[] => all.filter(({ ok }) => !ok);
