import type { IncomingMessage, ServerResponse } from "node:http";
import { isCountersignError } from "../errors.js";
import type { QueueDepth } from "../store/queue/depth.js";
import type { Store } from "../store/store.js";
import { URGENCIES } from "../urgency.js";
import { sendJson } from "./server.js";

/** How many jobs are due, and for how long the oldest, by how urgent they are. */
function dueOf(depths: readonly QueueDepth[]) {
  return Object.fromEntries(
    URGENCIES.map((urgency) => {
      const those = depths.filter((depth) => depth.urgency === urgency);
      const jobs = those.reduce((sum, { due }) => sum + due, 0);
      const oldestMs = Math.max(0, ...those.map((depth) => depth.oldestMs ?? 0));
      return [urgency, { jobs, oldestSeconds: Math.floor(oldestMs / 1_000) }];
    }),
  );
}

/**
 * `GET /healthz`: 200 with the queue's counts while the database answers, else 503. Counts only: it needs no login, so
 * it says nothing about whose work waits. Dead jobs do not make it unhealthy (a restart would not mend them); they are
 * there to be alerted on.
 */
export function healthHandler(store: Pick<Store, "ping" | "queueStatus" | "queueDepth">) {
  return async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await store.ping();
      const { waiting, running, dead } = await store.queueStatus();
      const due = dueOf(await store.queueDepth());
      sendJson(response, 200, { status: "ok", queue: { waiting, running, dead: dead.length, due } });
    } catch (error) {
      const code = isCountersignError(error) ? error.code : "internal";
      sendJson(response, 503, { status: "unavailable", error: code });
    }
  };
}
