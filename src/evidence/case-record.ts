import type { Case, Step } from "../breakglass/case.js";
import type { Deadline } from "../breakglass/clocks.js";
import type { CaseEvent } from "../breakglass/event.js";
import type { Refusal } from "../breakglass/rules.js";
import { CountersignError } from "../errors.js";
import type { Account, RepositoryRef } from "../facts/facts.js";
import type { Decision } from "../policy/finding.js";
import { CASE_CONTROLS, ISSUE_CONTROLS, REFUSAL_CONTROLS, SEAL_CONTROLS } from "./case-controls.js";
import { type RecordContent, recordOf } from "./record.js";

export interface StepEvidence {
  /** As it is after the step. */
  readonly case: Case;
  readonly step: Step;
  /** Place of the step in the case's story, from 0. */
  readonly index: number;
  readonly repository: RepositoryRef;
  readonly branch: string;
  /** Of the record of the step before; `null`: this is the first. */
  readonly previousDigest: string | null;
}

/** The key of a step's record. */
export const stepKey = (caseId: string, index: number): string => `${caseId}/${index}`;

/**
 * Builds the record (kind `break-glass`) of one step: who, when, why, from which comment or event, what it led to, or
 * which rule refused it. Each names the digest of the one before, so that none can be taken out unseen. The first
 * holds the terms that the case is judged by. None is a bypass: the record of the change itself is.
 *
 * @throws CountersignError `invariant-broken` if the step is not at this place of the story
 */
export function stepRecord(evidence: StepEvidence): RecordContent {
  const { case: subject, step, index, repository, branch, previousDigest } = evidence;
  const { id, change, terms, steps } = subject;
  const { event, from, to, refusal } = step;
  if (steps[index]?.event.id !== event.id || (previousDigest === null) !== (index === 0))
    throw broken(id, `${event.id} is not step ${index}`);
  return recordOf(
    {
      changeKey: stepKey(id, index),
      bypass: false,
      outcome: to,
      controls: refusal === null ? CASE_CONTROLS[event.kind] : REFUSAL_CONTROLS,
    },
    {
      type: "break-glass",
      version: 1,
      caseId: id,
      change,
      index,
      repository,
      branch,
      by: accountOf(event),
      at: event.at,
      why: event.why,
      event,
      from,
      to,
      refusal,
      terms: index === 0 ? terms : null,
      previous: previousDigest,
    },
  );
}

/** A record that is in the ledger already. */
export interface RecordRef {
  readonly changeKey: string;
  /** Its place among the tenant's records. */
  readonly position: number;
  readonly digest: string;
}

export interface SealEvidence {
  readonly case: Case;
  readonly repository: RepositoryRef;
  readonly branch: string;
  /** Every record of the case: its steps, and what befell its tracking issue. */
  readonly records: readonly RecordRef[];
  /** The record of the change itself: the merge or the push. */
  readonly change: RecordRef;
  readonly policyDigest: string | null;
  /** Every clock that was started, as `deadlines` gives them at the end. */
  readonly clocks: readonly Deadline[];
  /** What the gates say of the change that landed. */
  readonly decision: Decision | null;
  readonly alerts: readonly {
    readonly id: string;
    readonly channel: string;
    readonly sentAt: string | null;
  }[];
  readonly issueUrl: string | null;
}

/**
 * Builds the record (kind `break-glass-sealed`) that ends a case: all of its marks, and the digest of every part of
 * its story.
 *
 * @throws CountersignError `invariant-broken` if the case is not closed, or the record of a step is missing: a seal
 *   that leaves something out would vouch for a story that it does not hold
 */
export function sealRecord(evidence: SealEvidence): RecordContent {
  const { case: subject, records, repository, branch, change, policyDigest } = evidence;
  const { clocks, decision, alerts, issueUrl } = evidence;
  const { steps, ...marks } = subject;
  if (subject.state !== "closed") throw broken(subject.id, `it is ${subject.state}, so it cannot be sealed`);
  const missing = steps.findIndex(
    (_, index) => !records.some(({ changeKey }) => changeKey === stepKey(subject.id, index)),
  );
  if (missing !== -1) throw broken(subject.id, `the record of step ${missing} is missing`);
  return recordOf(
    { changeKey: subject.id, bypass: false, outcome: subject.state, controls: SEAL_CONTROLS },
    {
      type: "break-glass-sealed",
      version: 1,
      repository,
      branch,
      case: marks,
      steps: steps.length,
      records: inOrder(records),
      change: refOf(change),
      policy: { digest: policyDigest },
      clocks,
      decision,
      alerts: alerts.map(({ id, channel, sentAt }) => ({ id, channel, sentAt })),
      issue: issueUrl,
    },
  );
}

export interface RefusedCommand {
  readonly repository: RepositoryRef;
  /** GitHub's id of the comment. */
  readonly commentId: number;
  readonly url: string;
  /** The issue or pull request it was written on. */
  readonly on: number;
  /** `null`: the account is gone. */
  readonly by: Account | null;
  readonly at: string;
  /** The line as it was when it was heard. */
  readonly text: string;
  readonly refusal: Refusal;
}

/** Builds the record (kind `break-glass-refused`) of a command that was refused and belongs to no case. */
export function refusalRecord(command: RefusedCommand): RecordContent {
  const { repository, commentId, url, on, by, at, text, refusal } = command;
  return recordOf(
    {
      changeKey: `comment:${commentId}`,
      bypass: false,
      outcome: refusal.rule,
      controls: REFUSAL_CONTROLS,
    },
    {
      type: "break-glass-refused",
      version: 1,
      repository,
      comment: { id: commentId, url, on, text },
      by,
      at,
      refusal,
    },
  );
}

export interface IssueIncident {
  readonly caseId: string;
  /** Where the issue is. */
  readonly repository: RepositoryRef;
  readonly issue: number;
  /** Stable name of what told of it: a delivery's GUID. */
  readonly eventId: string;
  readonly by: Account | null;
  readonly at: string;
  /** GitHub's word: `edited`, `closed`, `reopened`, `unlabeled`, `deleted`, `transferred`. */
  readonly action: string;
  /** What was changed, in a sentence; may hold what strangers wrote. */
  readonly what: string;
  /** What the app does about it. */
  readonly response: "restored" | "opened-again" | "made-anew" | "noted";
}

/** Builds the record (kind `break-glass-issue`) of what someone did to a case's tracking issue. */
export function issueRecord(incident: IssueIncident): RecordContent {
  const { caseId, repository, issue, eventId, by, at, action, what, response } = incident;
  return recordOf(
    { changeKey: `${caseId}/issue:${eventId}`, bypass: false, outcome: response, controls: ISSUE_CONTROLS },
    {
      type: "break-glass-issue",
      version: 1,
      caseId,
      repository,
      issue,
      eventId,
      by,
      at,
      action,
      what,
      response,
    },
  );
}

function accountOf({ by }: CaseEvent): Account | null {
  if (by === null) return null;
  return "account" in by ? by.account : by;
}

const refOf = ({ changeKey, position, digest }: RecordRef): RecordRef => ({ changeKey, position, digest });

const inOrder = (records: readonly RecordRef[]): RecordRef[] =>
  records.map(refOf).sort((a, b) => a.position - b.position);

const broken = (caseId: string, what: string): CountersignError =>
  new CountersignError("invariant-broken", `Case ${caseId}: ${what}.`);
