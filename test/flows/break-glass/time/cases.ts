import type { Case, Step } from "../../../../src/breakglass/case.js";
import { readCaseFile } from "../../../../src/breakglass/stored.js";
import type { StoredCase } from "../../../../src/store/ports/case-store.js";
import type { IssueHandle } from "../../../github/scenario/issue.js";
import type { RepositoryHandle } from "../../../github/scenario.js";
import type { Cast } from "../../../support/cast.js";
import { emergencyRepository, trackingIssue } from "../stage.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A change that went around the gates, and what tracks it. */
export interface Bypass {
  readonly repository: RepositoryHandle;
  readonly issue: IssueHandle;
  readonly caseId: string;
  readonly before: string;
  readonly after: string;
}

/** What a bypass of these tests puts on the branch. */
export const LANDED = { "shop.yaml": "replicas: 9\n" };

/**
 * A repository with a policy for emergencies, to whose `main` the admin pushed.
 *
 * @param prepare what is done before the push
 * @param settled how to wait for what comes of the push; as the scene settles unless given
 */
export async function pushAround(
  cast: Cast,
  name: string,
  policy: readonly string[] = [],
  prepare: (repository: RepositoryHandle) => Promise<void> = () => Promise.resolve(),
  settled: () => Promise<void> = () => cast.scene.settled(),
): Promise<Bypass> {
  const repository = await emergencyRepository(cast, name, policy);
  await cast.scene.settled();
  await prepare(repository);
  const before = await repository.tip();
  const after = await repository.push(cast.admin, "main", { message: "More replicas", files: LANDED });
  await settled();
  const issue = trackingIssue(repository);
  return { repository, issue, caseId: caseIdIn(issue.body), before, after };
}

export function caseIdIn(text: string): string {
  const [id] = /bg-[0-9a-f]{10}/.exec(text) ?? [];
  if (id === undefined) throw new Error("no case is named there");
  return id;
}

/** Moves the clock, has the app look for what is due, and waits until all that came of it is done. */
export async function later(cast: Cast, milliseconds: number): Promise<void> {
  cast.clock.advance(milliseconds);
  await cast.scene.app.lookForDue();
  await cast.scene.settled();
}

/** The keys of the app's comments on an issue that belong to a case, in order, without the case's id. */
export function commentKeys({ comments }: IssueHandle, caseId: string): string[] {
  const keys = comments.flatMap(({ body }) => /^<!-- countersign:comment:(\S+) -->/.exec(body)?.[1] ?? []);
  return keys.filter((key) => key.startsWith(`${caseId}/`)).map((key) => key.slice(caseId.length + 1));
}

/** Those that a clock brought. */
export const clockKeys = (issue: IssueHandle, caseId: string): string[] =>
  commentKeys(issue, caseId).filter((key) => /^(acknowledge|document|review|revert)\//.test(key));

export async function storedCase(
  { scene }: Cast,
  { repo }: RepositoryHandle,
  caseId: string,
): Promise<StoredCase> {
  const stored = await scene.app.store.findCase(repo.owner.id, caseId);
  if (stored === null) throw new Error(`there is no case ${caseId}`);
  return stored;
}

export async function caseOf(cast: Cast, repository: RepositoryHandle, caseId: string): Promise<Case> {
  const { body, digest } = await storedCase(cast, repository, caseId);
  return readCaseFile(body, digest).case;
}

/** The steps of a case as they were taken or refused. */
export const story = ({ steps }: Case): string[] => steps.map(told);

const told = ({ event, refusal }: Step): string =>
  refusal === null ? event.kind : `${event.kind}: ${refusal.rule}`;
