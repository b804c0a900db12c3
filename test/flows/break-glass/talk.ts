import { commentMarker } from "../../../src/report/case/markers.js";
import type { Cast } from "../../support/cast.js";
import type { CommentHandle, CommentOptions, PullRequestHandle, UserHandle } from "../../github/scenario.js";
import type { IssueHandle } from "../../github/scenario/issue.js";
import type { RepositoryHandle } from "../../github/scenario.js";
import { emergencyRepository, FILLED, recordsIn, trackingIssue } from "./stage.js";

/** Where commands are asked: an issue or a pull request. */
export type Thread = Pick<IssueHandle, "comments" | "comment">;

/** A repository in which the admin has pushed around the gates, and the case that came of it. */
export interface Pushed {
  readonly repository: RepositoryHandle;
  readonly before: string;
  readonly after: string;
  readonly issue: IssueHandle;
}

/** What landed in every case here, unless a test says otherwise. */
export const LANDED = { "shop.yaml": "replicas: 9\n" };

/** The admin pushes to `main` of a new repository, and the case is opened. */
export async function pushed(
  cast: Cast,
  name: string,
  {
    more = [],
    files = LANDED,
  }: { readonly more?: readonly string[]; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<Pushed> {
  const repository = await emergencyRepository(cast, name, more);
  await cast.scene.settled();
  return { repository, ...(await push(cast, repository, files)), issue: trackingIssue(repository) };
}

/** The admin pushes files to `main`, and that is looked at. What is done next is done in a later second. */
export async function push(
  { admin, clock, scene }: Cast,
  repository: RepositoryHandle,
  files: Readonly<Record<string, string | null>>,
): Promise<{ readonly before: string; readonly after: string }> {
  const before = await repository.tip();
  const after = await repository.push(admin, "main", { message: "By hand", files });
  await scene.settled();
  clock.advance(1_000);
  return { before, after };
}

/** What the app answered to a command, without its marker; one text for each answer. */
export function answersTo(
  { comments }: Pick<Thread, "comments">,
  { id }: Pick<CommentHandle, "id">,
): string[] {
  const marker = `${commentMarker(`answer:${id}`)}\n`;
  return comments.filter(({ body }) => body.startsWith(marker)).map(({ body }) => body.slice(marker.length));
}

/** Someone writes a comment; gives what the app answers to it. @throws unless that is exactly one answer */
export async function ask(
  { scene }: Cast,
  thread: Thread,
  user: UserHandle,
  text: string,
  options: CommentOptions = {},
): Promise<string> {
  const comment = thread.comment(user, text, options);
  await scene.settled();
  const answers = answersTo(thread, comment);
  const [answer] = answers;
  if (answer === undefined || answers.length > 1)
    throw new Error(`${JSON.stringify(text)} got ${answers.length} answers`);
  return answer;
}

/** By which rule an answer refuses; `null`: it does not. */
export const ruleIn = (answer: string): string | null =>
  /^.*Refused by `([a-z-]+)`/m.exec(answer)?.[1] ?? null;

/** A step as its record tells of it. */
export interface RecordedStep {
  readonly kind: string;
  readonly by: string | null;
  readonly why: string;
  readonly to: string;
  /** The rule that refused it, or `null`. */
  readonly rule: string | null;
}

interface StepBody {
  readonly by: { readonly login: string } | null;
  readonly why: string;
  readonly to: string;
  readonly event: { readonly kind: string };
  readonly refusal: { readonly rule: string } | null;
}

/** The steps of a repository's cases, in their order. */
export async function stepsIn(cast: Cast, repository: RepositoryHandle): Promise<RecordedStep[]> {
  const records = await recordsIn(cast, repository);
  return records
    .filter(({ kind }) => kind === "break-glass")
    .map(({ body }) => JSON.parse(body) as StepBody)
    .map(({ by, why, to, event, refusal }) => ({
      kind: event.kind,
      by: by?.login ?? null,
      why,
      to,
      rule: refusal?.rule ?? null,
    }));
}

/** The newest step of a repository's cases. */
export async function lastStep(cast: Cast, repository: RepositoryHandle): Promise<RecordedStep | undefined> {
  return (await stepsIn(cast, repository)).at(-1);
}

/** The bodies of a repository's records of one kind. */
export async function bodiesOf(cast: Cast, repository: RepositoryHandle, kind: string): Promise<unknown[]> {
  const records = await recordsIn(cast, repository);
  return records.filter((record) => record.kind === kind).map(({ body }) => JSON.parse(body) as unknown);
}

export interface RetroOptions {
  readonly base: string;
  readonly head: string;
  readonly by?: UserHandle;
  /** Who pushed its branches, where that is not the author. */
  readonly pusher?: UserHandle;
  readonly body?: string;
}

/** Someone, Alice as a rule, opens a pull request between two commits. */
export async function openRetro(
  { alice }: Cast,
  repository: RepositoryHandle,
  { base, head, by = alice, pusher = by, body = FILLED }: RetroOptions,
): Promise<PullRequestHandle> {
  const name = `retro-${repository.repo.nextNumber}`;
  await repository.pushOid(pusher, `${name}-base`, base);
  await repository.pushOid(pusher, `${name}-head`, head);
  return repository.openPullRequest(by, {
    title: "What landed",
    base: `${name}-base`,
    head: `${name}-head`,
    body,
  });
}
