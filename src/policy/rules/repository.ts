import type { ChangeFacts } from "../../facts/facts.js";

/** The repository's page, from the pull request's: also right on GitHub Enterprise. */
export const repositoryUrl = (facts: ChangeFacts): string =>
  facts.pullRequest.url.replace(/\/pull\/\d+\/?$/, "");

/** The address of the GitHub that the repository lives on. */
export const originUrl = (facts: ChangeFacts): string =>
  /^https?:\/\/[^/]+/.exec(facts.pullRequest.url)?.[0] ?? "";

/** An object id as people write it. */
export const shortOid = (oid: string): string => oid.slice(0, 10);
