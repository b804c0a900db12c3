import type { Step } from "../../breakglass/case.js";
import type { CaseEvent, EventKind, Source } from "../../breakglass/event.js";
import { formatDuration } from "../../breakglass/time/duration.js";
import type { Account } from "../../facts/facts.js";
import { code } from "../escape.js";
import { CLOCK_NAMES, link, pullLink, shortOid } from "./phrases.js";
import type { CaseView } from "./view.js";

type Wording = { readonly [K in EventKind]: (event: CaseEvent<K>, view: CaseView) => string };

/** As nouns: they are right for what was taken and for what was refused. */
const WORDING: Wording = {
  declared: ({ headOid }) => `Declaration for ${shortOid(headOid)}`,
  withdrawn: () => "End of the declaration",
  landed: ({ beforeOid, afterOid }) => `Landing of ${shortOid(afterOid)} on ${shortOid(beforeOid)}`,
  acknowledged: () => "Acknowledgement",
  documented: ({ pullRequest, headOid }, view) =>
    `Documentation by ${pullLink(view, pullRequest)} at ${shortOid(headOid)}`,
  "documentation-withdrawn": () => "End of the documentation: it no longer shows what landed",
  approved: ({ headOid }) => `Approval of ${shortOid(headOid)}`,
  "approval-withdrawn": () => "Withdrawal of an approval",
  rejected: () => "Rejection",
  "revert-landed": ({ oid }) => `Revert by ${shortOid(oid)}`,
  "revert-undone": () => "Undoing of the revert",
  extended: ({ duration }) => `Extension by ${code(formatDuration(duration))}`,
  breached: ({ clock }) => `Breach: ${CLOCK_NAMES[clock]}`,
  closed: () => "Closing",
  "authority-replaced": () => "Other people are authorised from now on",
  "involvement-read": () => "Who had a hand in the change, read again",
};

/** What a step is, as a Markdown noun phrase. */
export function nounOf(view: CaseView, { event }: Step): string {
  return phrase(event, view);
}

function phrase<K extends EventKind>(event: CaseEvent<K>, view: CaseView): string {
  const wording: Wording[K] = WORDING[event.kind];
  return wording(event, view);
}

/** Whose step it was; `null`: the app's, or GitHub names nobody. */
export function whoseStep({ event }: Step): Account | null {
  if (event.by === null) return null;
  return "account" in event.by ? event.by.account : event.by;
}

const SOURCES: Readonly<Record<Source["kind"], string>> = {
  comment: "comment",
  review: "review",
  delivery: "event from GitHub",
  comparison: "comparison of the branch with the records",
  timer: "clock",
  policy: "policy",
};

/** Where it was heard of, linked where it has an address. */
export const sourceOf = ({ event: { source } }: Step): string => link(SOURCES[source.kind], source.url);
