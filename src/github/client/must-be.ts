import { CountersignError } from "../../errors.js";
import type { RepositoryRef } from "../../facts/facts.js";

/**
 * A name outlives its repository: once that was renamed, another can take the name, and what is there would be
 * judged in place of ours.
 * @throws CountersignError `github-not-found`
 */
export function mustBe({ id, owner, name }: RepositoryRef, databaseId: number): void {
  if (databaseId === id) return;
  throw new CountersignError(
    "github-not-found",
    `${owner}/${name} is now another repository (${databaseId} instead of ${id}).`,
    { remedy: "Nothing has to be done: events of the repository come with the name that it has now." },
  );
}
