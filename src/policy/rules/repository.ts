/** What rules read of where a change comes from and goes to; a push that came without a pull request has it as well. */
export interface ChangeFrame {
  readonly observedAt: string;
  readonly pullRequest: {
    readonly url: string;
    readonly head: { readonly oid: string };
    readonly base: { readonly oid: string };
    /** Set once it has landed. */
    readonly merge: { readonly mergedAt: string } | null;
  };
}

/** What has the address of a page of the repository. */
export interface Addressed {
  readonly pullRequest: { readonly url: string };
}

/** The repository's page, from the pull request's: also right on GitHub Enterprise. */
export const repositoryUrl = (facts: Addressed): string =>
  facts.pullRequest.url.replace(/\/pull\/\d+\/?$/, "");

/** The address of the GitHub that the repository lives on. */
export const originUrl = (facts: Addressed): string => originOf(facts.pullRequest.url);

/** The address of the GitHub that a page is on. */
export const originOf = (url: string): string => /^https?:\/\/[^/]+/.exec(url)?.[0] ?? "";

/** An object id as people write it. */
export const shortOid = (oid: string): string => oid.slice(0, 10);
