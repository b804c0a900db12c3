import { dueSteps, type TimerRow } from "../../breakglass/clocks.js";
import type { CaseEvent } from "../../breakglass/event.js";
import type { CaseSubject } from "../../store/jobs.js";
import type { StoreTransaction } from "../../store/store.js";
import type { FlowContext } from "../context.js";
import type { CaseDraft } from "./core/draft.js";
import { withCase } from "./core/with-case.js";

/**
 * Does what time has brought to a case: reminders, breaches, escalations, the end of a declaration. Each is a row that
 * is marked as done in the transaction that does it, so it is done once, whoever else looks at the same time.
 */
export async function workCase(
  context: Pick<FlowContext, "store" | "clock">,
  { tenantId, caseId }: CaseSubject,
): Promise<void> {
  const now = context.clock.now();
  await withCase(context, tenantId, caseId, async (draft, tx) => {
    const seen = await doneTimers(tx, draft);
    // Looked up anew each time: what one step does may take away what was due, as the end of a declaration does.
    for (let due = firstDue(draft, now, seen); due !== undefined; due = firstDue(draft, now, seen)) {
      seen.add(due.id);
      if (await tx.finishTimer(tenantId, due.id, now)) doTimer(draft, due, now);
    }
  });
}

async function doneTimers(tx: StoreTransaction, { place, id }: CaseDraft): Promise<Set<string>> {
  const timers = await tx.timersOf(place.tenantId, id);
  return new Set(timers.filter(({ doneAt }) => doneAt !== null).map((timer) => timer.id));
}

const firstDue = (draft: CaseDraft, now: Date, seen: ReadonlySet<string>): TimerRow | undefined =>
  dueSteps(draft.case, now).find(({ id }) => !seen.has(id));

function doTimer(draft: CaseDraft, timer: TimerRow, now: Date): void {
  switch (timer.kind) {
    case "end":
      draft.raise(endOfDeclaration(timer));
      return;
    case "reminder":
      if (!isOvertaken(draft, timer, now)) draft.remind(timer, "reminder");
      return;
    case "breach":
      breach(draft, timer, now);
      return;
    case "escalation":
      if (!isOvertaken(draft, timer, now)) draft.remind(timer, "escalation");
      return;
  }
}

/** After a time of standing still several are due at once: only the last of a clock is news to anyone. */
function isOvertaken(draft: CaseDraft, { id, clock }: TimerRow, now: Date): boolean {
  const due = dueSteps(draft.case, now).filter((row) => row.clock === clock);
  return due.at(-1)?.id !== id;
}

/** It may have been marked already, when what was owed came late: it is told all the same. */
function breach(draft: CaseDraft, timer: TimerRow, now: Date): void {
  if (timer.clock === "declaration") return;
  const { clock } = timer;
  draft.raise({ ...noticed(timer, now.toISOString()), kind: "breached", by: null, clock });
  draft.remind(timer, "breach");
}

const endOfDeclaration = (timer: TimerRow): CaseEvent<"withdrawn"> => ({
  ...noticed(timer, timer.at),
  kind: "withdrawn",
  by: null,
});

const noticed = ({ id, clock }: TimerRow, at: string) => ({
  id,
  at,
  why: clock === "declaration" ? "The declaration's time is over, and nothing has landed." : "",
  source: { kind: "timer" as const, url: null },
});
