import { type Alert } from "../alert.js";
import { fit, footer, linkLabel, linkOf, typeOf } from "./text.js";

/** Of PagerDuty's Common Event Format: characters of a summary, and of a key. */
const SUMMARY = 1024;
const DEDUP_KEY = 255;
const DETAIL = 4000;

/** Kinds after which nobody is to be called any more. */
const RESOLVED: ReadonlySet<Alert["kind"]> = new Set(["closed", "withdrawn", "protection-restored"]);

/**
 * An alert as an event of PagerDuty's Events API v2. All alerts of a case are one incident: the first that arrives
 * triggers it, later ones are added to its log, and the case's end resolves it.
 */
export function pagerDutyEvent(alert: Alert, routingKey: string) {
  const url = linkOf(alert);
  return {
    routing_key: routingKey,
    event_action: RESOLVED.has(alert.kind) ? ("resolve" as const) : ("trigger" as const),
    dedup_key: fit(alert.caseId, DEDUP_KEY),
    client: "Countersign",
    ...(url === null ? {} : { client_url: url }),
    links: url === null ? [] : [{ href: url, text: linkLabel(alert) }],
    payload: {
      summary: fit(alert.title, SUMMARY),
      source: "countersign",
      severity: alert.severity,
      timestamp: alert.at,
      group: fit(alert.caseId, DEDUP_KEY),
      class: typeOf(alert),
      custom_details: details(alert),
    },
  };
}

const details = (alert: Alert) => ({
  ...Object.fromEntries(alert.facts.map(([label, value]) => [label, fit(value, DETAIL)])),
  what: alert.lines.map((line) => fit(line, DETAIL)),
  alert: alert.id,
  about: fit(footer(alert), DETAIL),
});
