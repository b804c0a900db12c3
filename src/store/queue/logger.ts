import { Logger } from "graphile-worker";
import type { StoreLogger } from "../logger.js";

/** graphile-worker's log in ours. What it says of each success is for debugging. */
export function queueLogger(logger: StoreLogger): Logger {
  return new Logger((scope) => (level, message) => {
    const fields = { component: "queue", ...scope };
    log(logger, level, fields, message);
  });
}

function log(logger: StoreLogger, level: string, fields: object, message: string): void {
  switch (level) {
    case "error":
      logger.error(fields, message);
      return;
    case "warning":
      logger.warn(fields, message);
      return;
    default:
      logger.debug(fields, message);
  }
}
