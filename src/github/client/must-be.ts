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

/**
 * A repository as it came back, shown to be the one that was asked for.
 * @throws CountersignError `github-not-found` where there is none, or another of the same name
 */
export function mustBeThere<T extends { readonly databaseId: number }>(
  repository: RepositoryRef,
  node: T | null,
): T {
  if (node === null) {
    throw new CountersignError("github-not-found", `There is no ${repository.owner}/${repository.name}.`, {
      remedy: "Check that the app is installed on the repository and that it was not renamed or deleted.",
    });
  }
  mustBe(repository, node.databaseId);
  return node;
}
