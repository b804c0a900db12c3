import type { IncomingMessage, ServerResponse } from "node:http";
import { isCountersignError } from "../errors.js";
import type { Store } from "../store/store.js";
import { sendJson } from "./server.js";

/**
 * `GET /healthz`: 200 with the queue's counts while the database answers, else 503. Counts only: it needs no login, so
 * it says nothing about whose work waits. Dead jobs do not make it unhealthy (a restart would not mend them); they are
 * there to be alerted on.
 */
export function healthHandler(store: Pick<Store, "ping" | "queueStatus">) {
  return async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await store.ping();
      const { waiting, running, dead } = await store.queueStatus();
      sendJson(response, 200, { status: "ok", queue: { waiting, running, dead: dead.length } });
    } catch (error) {
      const code = isCountersignError(error) ? error.code : "internal";
      sendJson(response, 503, { status: "unavailable", error: code });
    }
  };
}
