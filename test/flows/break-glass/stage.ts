import type { Cast } from "../../support/cast.js";
import type { IssueHandle } from "../../github/scenario/issue.js";
import type { RepositoryHandle } from "../../github/scenario.js";
import type { StoredRecord } from "../../../src/store/store.js";

/** What the template of a retroactive pull request asks for, filled in. */
export const FILLED = [
  "## What was changed",
  "The number of replicas of the shop.",
  "## Why",
  "Orders were lost under load at night.",
  "## Impact",
  "Twenty minutes of slow answers.",
  "## Follow-up",
  "An alert on the queue's length, by Alice, this week.",
].join("\n\n");

/** The break-glass section of a policy in which people have their parts. */
export function emergencies(cast: Cast, more: readonly string[] = []): string[] {
  const id = ({ account }: { account: { id: number } }): number => account.id;
  return [
    "breakGlass:",
    `  declare: { people: [${id(cast.alice)}, ${id(cast.admin)}] }`,
    `  acknowledge: { people: [${id(cast.carol)}, ${id(cast.admin)}] }`,
    `  extend: { people: [${id(cast.carol)}] }`,
    `  reject: { people: [${id(cast.carol)}] }`,
    `  close: { people: [${id(cast.carol)}] }`,
    ...more.map((line) => `  ${line}`),
  ];
}

/** A repository whose policy says how emergencies are handled. */
export function emergencyRepository(
  cast: Cast,
  name: string,
  more: readonly string[] = [],
): Promise<RepositoryHandle> {
  return cast.repository(name, { ".github/countersign.yml": cast.policy(emergencies(cast, more)) });
}

/** The one tracking issue of a repository. */
export function trackingIssue(repository: RepositoryHandle): IssueHandle {
  const issues = repository.issues();
  const [issue] = issues;
  if (issue === undefined || issues.length > 1) throw new Error(`there are ${issues.length} issues`);
  return issue;
}

/** Every record of a tenant in one repository, in order. */
export async function recordsIn(cast: Cast, { repo }: RepositoryHandle): Promise<StoredRecord[]> {
  const all = await cast.scene.app.store.listRecords(repo.owner.id, 0, 10_000);
  return all.filter(({ repository }) => repository.id === repo.id);
}
