/** Git's way to say "no commit". */
const NO_COMMIT = "0".repeat(40);

/** How a branch came to where it is, other than by a merged pull request. */
export type MoveForm = "push" | "force-push" | "re-created" | "deleted" | "compared";

/** A branch that moved. `null`: there was no branch before, or is none after. */
export interface Move {
  readonly form: MoveForm;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Names of changes: the same for the same change, whoever finds it and however (a webhook, a comparison, a repeated
 * delivery), so that there is one record and one case of it. Repositories count by id, as names can be given to others.
 */
export const changeKeys = {
  pullRequest: (repositoryId: number, number: number): string => `${repositoryId}#${number}`,

  /** New commits on top of the branch: where it led says all. */
  forward: (repositoryId: number, branch: string, after: string): string =>
    `${repositoryId}/${branch}@${after}`,

  /** The branch left its history, was made anew or deleted: from where is a part of what happened. */
  moved: (repositoryId: number, branch: string, before: string | null, after: string | null): string =>
    `${repositoryId}/${branch}@${before ?? NO_COMMIT}..${after ?? NO_COMMIT}`,

  /** The one of these that names a move. */
  ofMove: (repositoryId: number, branch: string, { form, before, after }: Move): string =>
    (form === "push" || form === "compared") && after !== null
      ? changeKeys.forward(repositoryId, branch, after)
      : changeKeys.moved(repositoryId, branch, before, after),

  /** Where a branch stood when it was first seen. */
  baseline: (repositoryId: number, branch: string): string => `${repositoryId}/${branch}@baseline`,
} as const;
