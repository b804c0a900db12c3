import { z } from "zod";
import { BUCKETS } from "./buckets.js";

const instant = z.number().int();

const primaryWindow = z.object({
  limit: z.number().int(),
  remaining: z.number().int(),
  resetsAt: instant,
});

const state = z.object({
  /** What GitHub last said of each hourly limit, less what was sent since. */
  primary: z.partialRecord(z.enum(["core", "graphql"]), primaryWindow),
  buckets: z.partialRecord(z.enum(BUCKETS), z.object({ level: z.number(), at: instant, promised: instant })),
  /** When each process last took part, by an id of its own. Earlier versions did not say. */
  processes: z.record(z.string(), instant).default({}),
  /** GitHub asked for quiet. */
  pause: z.object({ until: instant, why: z.string() }).nullable(),
});

/** The hourly limit of one resource until it is reset. */
export type PrimaryWindow = z.infer<typeof primaryWindow>;

/** What is left of an installation's limits. Instants are milliseconds since 1970. */
export type BudgetState = z.infer<typeof state>;

/** Nothing is known: everything is allowed until GitHub says more. */
export const UNKNOWN: BudgetState = { primary: {}, buckets: {}, processes: {}, pause: null };

/**
 * A state as it was stored. What another version wrote in another form is forgotten: GitHub tells it anew, and until then
 * no more is sent than at a start.
 */
export function readState(stored: unknown): BudgetState {
  const parsed = state.safeParse(stored);
  return parsed.success ? parsed.data : UNKNOWN;
}
