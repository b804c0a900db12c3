import { z } from "zod";
import { visible } from "../report/escape.js";
import type { StoredRecord } from "../store/store.js";

/** The part of a step's body that its line shows. */
const step = z.object({
  event: z.object({ kind: z.string() }),
  refusal: z.object({ rule: z.string() }).nullable(),
});

/** The part of a record's body that says that its policy merely observed. */
const observed = z.object({ decision: z.object({ policy: z.object({ mode: z.literal("observe") }) }) });

/**
 * A record as one line for a terminal: place, time, kind, where, what, outcome, digest. `intact`: its body is what its
 * digest says; of one that is not, nothing is read from the body.
 */
export function recordLine(record: StoredRecord, intact: boolean): string {
  const parts = [
    String(record.position).padStart(6),
    record.occurredAt.toISOString(),
    record.kind.padEnd("break-glass-refused".length),
    placeOf(record),
    whatOf(record),
    outcomeOf(record, intact),
    intact ? `sha256:${record.digest.slice(0, 16)}` : "BROKEN: its digest does not fit",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** Refused commands belong to no branch. Strangers choose a branch's name, and nothing of it may act on a terminal. */
function placeOf({ repository, branch, pullNumber }: StoredRecord): string {
  const where = `${repository.owner}/${repository.name}${pullNumber === null ? "" : `#${pullNumber}`}`;
  return visible(branch === "" ? where : `${where} → ${branch}`);
}

/** Which commit a change is; of what belongs to a case, which part of which one. */
function whatOf({ kind, changeKey, commitOid }: StoredRecord): string {
  return kind.startsWith("break-glass") ? visible(changeKey) : commitOid.slice(0, 12);
}

function outcomeOf({ kind, outcome, bypass, body }: StoredRecord, intact: boolean): string {
  if (bypass) return `BYPASS (${outcome})`;
  if (!intact) return outcome;
  if (observed.safeParse(JSON.parse(body)).success) return `observed (${outcome})`;
  if (kind !== "break-glass") return outcome;
  const read = step.safeParse(JSON.parse(body));
  if (!read.success) return outcome;
  const { event, refusal } = read.data;
  return refusal === null
    ? `${event.kind}: ${outcome}`
    : `${event.kind} refused by ${refusal.rule}: ${outcome}`;
}
