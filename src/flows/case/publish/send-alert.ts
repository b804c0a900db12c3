import { isCountersignError } from "../../../errors.js";
import { readCaseFile } from "../../../breakglass/stored.js";
import type { Alert } from "../../../report/case/alert.js";
import type { StoredAlert } from "../../../store/ports/case-store.js";
import type { PayloadOf } from "../../../store/jobs.js";
import type { FlowContext } from "../../context.js";
import { issueUrl } from "../issue-url.js";
import { readAlert } from "./alert-content.js";
import { withCase } from "../core/with-case.js";

/**
 * Sends one alert, at least once and always under the same id. A channel that fails is tried again by the queue; its
 * error is shown on the case, and holds nothing else up.
 */
export async function sendAlert(
  context: FlowContext,
  { tenantId, alertId }: PayloadOf<"send-alert">,
): Promise<void> {
  const alert = await context.store.findAlert(tenantId, alertId);
  if (alert?.sentAt !== null) return;
  if (await isOverdue(context, alert))
    return note(context, alert, "The channel was told first that it is over.");
  try {
    await context.notifier.send(alert.channel, await contentOf(context, alert));
  } catch (error) {
    await note(context, alert, messageOf(error));
    throw error;
  }
  await note(context, alert, null);
}

/** The kinds of alert after which nothing else is news; a pager would open its incident again. */
const LAST: ReadonlySet<Alert["kind"]> = new Set<Alert["kind"]>(["closed", "withdrawn"]);

/** Whether the end of the case reached the channel before this alert of something earlier could. */
async function isOverdue({ store }: FlowContext, alert: StoredAlert): Promise<boolean> {
  const { tenantId, caseId, channel, content } = alert;
  if (caseId === null || LAST.has(readAlert(content).kind)) return false;
  const others = await store.alertsOf(tenantId, caseId);
  const end = others.findLast(
    (other) => other.channel === channel && LAST.has(readAlert(other.content).kind),
  );
  return end !== undefined && end.sentAt !== null && end.wantedAt >= alert.wantedAt;
}

/** Notes how an attempt went, and shows on the case what is news: the first attempt, and that it went through after all. */
async function note(context: FlowContext, alert: StoredAlert, error: string | null): Promise<void> {
  const { tenantId, id, caseId, attempts } = alert;
  await context.store.noteAlertAttempt(tenantId, id, error, context.clock.now());
  if (caseId === null || (attempts > 0 && error !== null)) return;
  await withCase(context, tenantId, caseId, (draft) => {
    draft.touch();
  });
}

/** With the issue's address, if it was posted since the alert was wanted. */
async function contentOf({ store }: FlowContext, { tenantId, caseId, content }: StoredAlert): Promise<Alert> {
  const alert = readAlert(content);
  const stored = caseId === null ? null : await store.findCase(tenantId, caseId);
  if (alert.url !== null || stored === null) return alert;
  const { repositoryUrl } = readCaseFile(stored.body, stored.digest);
  return { ...alert, url: issueUrl(repositoryUrl, stored.issue) };
}

const messageOf = (error: unknown): string =>
  isCountersignError(error) ? `${error.code}: ${error.message}` : "It failed without saying why.";
