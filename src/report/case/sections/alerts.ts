import { code, plain } from "../../escape.js";
import { fitText } from "../../limits.js";
import { counted } from "../../words.js";
import { utcSeconds } from "../phrases.js";
import type { AlertView, CaseView } from "../view.js";
import { fitEnds, row, table } from "./lines.js";

const ROOM = 5_000;

/** Who was told what, and what is still on its way. How often it was tried is left out: it would change all the time. */
export function alertsSection({ alerts, handling: { routes } }: CaseView): string {
  if (alerts.length === 0) {
    const named = routes.some(({ channels }) => channels.length > 0);
    return `### Alerts\n\n${named ? "None so far." : "The policy names no channel for them."}`;
  }
  const omitted = (count: number): string => row(["…", `${counted(count, "alert")} left out here`, "", ""]);
  const rows = fitEnds(alerts.map(alertRow), ROOM, omitted);
  return `### Alerts\n\n${table(["Channel", "What", "Since", "State"], rows)}`;
}

const alertRow = (alert: AlertView): string =>
  row([
    code(fitText(alert.channel, 60)),
    plain(fitText(alert.kind, 30)),
    utcSeconds(alert.wantedAt),
    stateOf(alert),
  ]);

function stateOf({ sentAt, lastError }: AlertView): string {
  if (sentAt !== null) return `✅ sent at ${utcSeconds(sentAt)}`;
  return lastError === null
    ? "⏳ on its way"
    : `❌ failing, and tried again: ${plain(fitText(lastError, 200))}`;
}
