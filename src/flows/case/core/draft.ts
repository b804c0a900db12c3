import type { Case, Step } from "../../../breakglass/case.js";
import type { TimerRow } from "../../../breakglass/clocks.js";
import type { CaseEvent, EventKind } from "../../../breakglass/event.js";
import { type CaseFile, readCaseFile } from "../../../breakglass/stored.js";
import { type Transition, transition } from "../../../breakglass/transition.js";
import type { RepositoryRef } from "../../../facts/facts.js";
import type { Occasion } from "../../../report/case/alert.js";
import type { StoredCase } from "../../../store/ports/case-store.js";

/** Which change a case is about, and where. */
export interface CasePlace {
  readonly tenantId: number;
  readonly changeKey: string;
  readonly repository: RepositoryRef;
  readonly branch: string;
  /** The pull request that is the change; `null` for a push. */
  readonly pullNumber: number | null;
}

/** Something that stakeholders are told along the policy's routes. */
export interface Telling {
  /** Unique over all cases: the alerts' stable ids begin with it. */
  readonly id: string;
  readonly occasion: Occasion;
}

/**
 * A case while one transaction works on it. What happens to it is gathered here, and `storeDraft` stores all of it in
 * that transaction or nothing.
 */
export class CaseDraft {
  readonly place: CasePlace;
  /** How often it was saved before: 0 for a new one. */
  readonly revision: number;
  /** The tracking issue; `null`: not posted yet. */
  readonly issue: StoredCase["issue"];
  readonly steps: Step[] = [];
  readonly tellings: Telling[] = [];
  readonly timers: TimerRow[] = [];
  /** Events that were asked for on the tracking issue: their answer there tells of them. */
  readonly answered = new Set<string>();
  #file: CaseFile;
  #changed = false;

  constructor(place: CasePlace, file: CaseFile, saved: Pick<StoredCase, "revision" | "issue">) {
    this.place = place;
    this.#file = file;
    this.revision = saved.revision;
    this.issue = saved.issue;
  }

  /** A draft of a case that begins with this step. */
  static opened(place: CasePlace, file: CaseFile, step: Step): CaseDraft {
    const draft = new CaseDraft(place, file, { revision: 0, issue: null });
    draft.#noteStep(step);
    return draft;
  }

  /**
   * @throws CountersignError `invariant-broken` if what is stored is not what was written
   */
  static of(stored: StoredCase): CaseDraft {
    return new CaseDraft(stored, readCaseFile(stored.body, stored.digest), stored);
  }

  get file(): CaseFile {
    return this.#file;
  }

  get case(): Case {
    return this.#file.case;
  }

  get id(): string {
    return this.#file.case.id;
  }

  /** Whether nothing is owed any more, so that its issue is closed. */
  get isOver(): boolean {
    return this.case.state === "closed" || this.case.state === "withdrawn";
  }

  /** Whether there is anything to store. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Takes the case through an event. What is of interest to nobody leaves no trace. */
  raise(event: CaseEvent): Transition {
    const taken = transition(this.case, event);
    if (taken.step !== null) {
      this.#file = { ...this.#file, case: taken.case };
      this.#noteStep(taken.step);
    }
    return taken;
  }

  /** Changes what is kept beside the case itself. */
  note(changes: Partial<Omit<CaseFile, "version" | "case">>): void {
    this.#file = { ...this.#file, ...changes };
    this.#changed = true;
  }

  /** Tells people that the time of a timer has come. */
  remind(timer: TimerRow, kind: "reminder" | "breach" | "escalation"): void {
    this.timers.push(timer);
    this.tellings.push({ id: timer.id, occasion: { kind, timer: { ...timer, doneAt: null } } });
    this.#changed = true;
  }

  /** Tells stakeholders something that is no step of the case. */
  tell(telling: Telling): void {
    this.tellings.push(telling);
    this.#changed = true;
  }

  /** Has the issue rendered again, as what it shows of alerts and timers may have changed. */
  touch(): void {
    this.#changed = true;
  }

  #noteStep(step: Step): void {
    this.#changed = true;
    this.steps.push(step);
    const kind = step.refusal === null ? TOLD[step.event.kind] : undefined;
    if (kind === undefined) return;
    this.tellings.push({ id: `${this.id}/${step.event.id}`, occasion: { kind, at: step.event.at } });
  }
}

/** The steps that stakeholders are told by alert; of the others the tracking issue tells. Breaches are a timer's. */
const TOLD: Partial<Record<EventKind, "opened" | "rejected" | "withdrawn" | "closed">> = {
  declared: "opened",
  landed: "opened",
  rejected: "rejected",
  withdrawn: "withdrawn",
  closed: "closed",
};
