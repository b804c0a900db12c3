import type { CheckRun } from "../github/world/model.js";
import { RecordBook } from "../support/record-book.js";
import { isGreen } from "./oracle.js";
import type { Reference } from "./reference.js";
import type { Stage } from "./stage.js";
import { BASES } from "./history.js";
import type { Subject } from "./subject.js";

/** What is wrong with the state in which a history has ended, in words; nothing as a rule. */
export async function faultsOf(stage: Stage, subject: Subject, reference: Reference): Promise<string[]> {
  return [
    ...(await wrongChecks(subject, reference)),
    ...(await wrongRecords(stage, subject)),
    ...(await doubles(stage, subject)),
    ...(await unfinished(stage)),
  ];
}

/** Each open head shows what a fresh evaluation says, and that is what the oracle says. */
async function wrongChecks(subject: Subject, reference: Reference): Promise<string[]> {
  const { cast, repository } = subject;
  const open = subject.pulls.filter(({ state }) => state === "open");
  const wrong: string[] = [];
  for (const oid of new Set(open.map(({ headOid }) => headOid))) {
    const pulls = open.filter(({ headOid }) => headOid === oid);
    const wanted = await reference.checksOf(pulls, cast.installation.id);
    const shown = cast.github.checkRuns(repository, oid);
    for (const { key, content } of wanted) {
      const run = shown.find(({ name }) => name === key.name);
      const said = run === undefined ? "nothing" : textOf(run);
      const expected = textOf(content);
      if (said !== expected) wrong.push(`${key.name} at ${oid} shows:\n${said}\nand should:\n${expected}`);
    }
    const verdict = shown.find(({ name }) => name === "countersign")?.conclusion === "success";
    const green = (await Promise.all(pulls.map((pull) => isGreen(subject, pull)))).every(Boolean);
    if (verdict !== green)
      wrong.push(`${oid} is ${verdict ? "" : "not "}green and should ${green ? "" : "not "}be`);
  }
  return wrong;
}

type Said = Pick<CheckRun, "title" | "summary" | "text" | "conclusion">;
/** A push that leaves the control files alone is no reason to look again: links go on leading to the commit before it. */
const textOf = ({ conclusion, title, summary, text }: Said): string =>
  [conclusion === "pending" ? null : conclusion, title, summary, text]
    .join("\n")
    .replaceAll(/\/blob\/[0-9a-f]{40}\//g, "/blob/base/");

/** Every commit of the controlled branches is accounted for, each merge by one record. */
async function wrongRecords(stage: Stage, subject: Subject): Promise<string[]> {
  const { repository, pulls } = subject;
  const book = new RecordBook(stage.app.store, repository.repo);
  const records = await book.all();
  const keys = new Set(records.map(({ changeKey }) => changeKey));
  const wrong: string[] = [];
  for (const base of BASES) {
    const covered = await stage.sql<{ oid: string; key: string }>(
      "SELECT oid, change_key AS key FROM covered_commits WHERE repository_id = $1 AND branch = $2",
      [repository.repo.id, base],
    );
    const known = new Set(covered.map(({ oid }) => oid));
    const line = await repository.repo.git.run("rev-list", "--first-parent", await repository.tip(base));
    const commits = line.split("\n");
    const since = commits.findIndex((oid) => oid === subject.start[base]);
    for (const oid of commits.slice(0, since))
      if (!known.has(oid)) wrong.push(`${oid} of ${base} has no record`);
    for (const { oid, key } of covered)
      if (!keys.has(key)) wrong.push(`${oid} is covered by ${key}, which is no record`);
  }
  for (const pull of pulls) {
    const own = records.filter(({ kind, pullNumber }) => kind === "merge" && pullNumber === pull.number);
    const due = pull.state === "merged" ? 1 : 0;
    if (own.length !== due) wrong.push(`#${pull.number} is ${pull.state} and has ${own.length} records`);
    if (own.some(({ bypass }) => !bypass) && !subject.mergedGreen.has(pull.number))
      wrong.push(
        `#${pull.number} was merged with gates that had not passed, and its record says that they had`,
      );
  }
  return wrong;
}

/** Nothing is there twice: check runs, issues of cases, comments on them. */
async function doubles(stage: Stage, subject: Subject): Promise<string[]> {
  const { cast, repository } = subject;
  const heads = new Set(repository.repo.checkRuns.map(({ suite }) => suite.oid));
  const twice = [...heads].flatMap((oid) => doubledRuns(cast.postedRuns(repository, oid)));
  const cases = await new RecordBook(stage.app.store, repository.repo).cases();
  const issues = repository.issues().length;
  if (issues !== cases.length) twice.push(`${cases.length} cases have ${issues} issues`);
  for (const issue of repository.issues()) {
    const said = issue.comments.map(({ body }) => body);
    if (new Set(said).size !== said.length) twice.push(`#${issue.number} has a comment twice`);
  }
  return twice;
}

/**
 * GitHub takes no annotation away, so a run that has some is left behind, and a new one takes the place of a run that is
 * to have some. After one without, another one without is one too many.
 */
function doubledRuns(runs: readonly CheckRun[]): string[] {
  const plain = ({ annotations }: CheckRun) => annotations.length === 0;
  return runs.flatMap((run, at) => {
    const before = runs.slice(0, at).findLast(({ name }) => name === run.name);
    return before !== undefined && plain(before) && plain(run) ? [`${run.name} is there twice`] : [];
  });
}

/** A job that was replaced while it ran has lost its key, and its successor does the work. */
async function unfinished(stage: Stage): Promise<string[]> {
  const left = await stage.sql<{ task: string; key: string; attempts: number; error: string | null }>(
    "SELECT task_identifier AS task, key, attempts, last_error AS error FROM graphile_worker.jobs WHERE key IS NOT NULL ORDER BY id",
  );
  return left.map(
    ({ task, key, attempts, error }) => `${task} ${key} is left after ${attempts}: ${error ?? ""}`,
  );
}
