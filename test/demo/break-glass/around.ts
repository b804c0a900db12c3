import type { CheckRun } from "../../github/world/model.js";
import { refusal } from "../../github/support/stage.js";
import type { IssueHandle } from "../../github/scenario/issue.js";
import type { PullRequestHandle } from "../../github/scenario.js";
import { type Cast, protectMain } from "../cast.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";

/** A push around the gates, and the issue that tracks its case. */
export interface Around {
  readonly before: string;
  readonly after: string;
  readonly issue: IssueHandle;
  readonly caseId: string;
}

/** Dave pushes to main by taking its protection off for a moment. @throws unless the app opens one issue for it */
export async function goAround(
  stage: Stage,
  { dave, repository }: Cast,
  change: { readonly message: string; readonly files: Readonly<Record<string, string>> },
): Promise<Around> {
  const { appId } = stage.github;
  const before = await repository.tip();
  const issues = repository.issues().length;
  show.command("dave", `git commit -a -m '${change.message}'`, "git push origin main");
  const { status, message } = await refusal(repository.push(dave, "main", change));
  show.answer(`${status} ${message}`, false);
  show.say(
    "As an administrator he exempts administrators from the protection, pushes, and ends the exemption:",
  );
  protect({ ofAdministrators: false });
  show.command("dave", "git push origin main");
  const after = await repository.push(dave, "main", change);
  show.answer(`${before.slice(0, 12)}..${after.slice(0, 12)}  main -> main`, true);
  protect({ ofAdministrators: true });
  await stage.quiet();
  const [issue, ...more] = repository.issues().slice(issues);
  if (issue === undefined || more.length > 0) throw new Error(`One push has ${more.length} issues too many.`);
  return { before, after, issue, caseId: caseOf(issue) };

  function protect(whom: { readonly ofAdministrators: boolean }): void {
    for (const rule of [...repository.repo.protections]) repository.unprotect(rule);
    protectMain(repository, appId, whom);
  }
}

/** The id of the case that an issue tracks. @throws where its title names none */
export function caseOf({ title }: IssueHandle): string {
  const id = /\bbg-[0-9a-f]{10}\b/.exec(title)?.[0];
  if (id === undefined) throw new Error(`The issue “${title}” names no case.`);
  return id;
}

/** Shows the main check of a pull request's head, its whole page if it is `open`. @throws unless it concluded so */
export function expectCheck(
  { github }: Stage,
  { repository }: Cast,
  { headOid, number }: PullRequestHandle,
  conclusion: CheckRun["conclusion"],
  { open = false } = {},
): void {
  const run = github.checkRuns(repository, headOid).find(({ name }) => name === "countersign");
  if (run === undefined) throw new Error(`GitHub has no check countersign on #${number}.`);
  show.checks([run], [run], open ? [run.name] : []);
  if (run.conclusion !== conclusion)
    throw new Error(
      `The check of #${number} is ${run.conclusion ?? run.status} and not ${conclusion ?? ""}.`,
    );
}
