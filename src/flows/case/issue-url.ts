import type { RepositoryRef } from "../../facts/facts.js";
import type { StoredCase } from "../../store/ports/case-store.js";

/** The web address of a case's repository by the name that it has now; it may have had another when the case began. */
export const currentUrl = (repositoryUrl: string, { owner, name }: RepositoryRef): string =>
  `${serverOf(repositoryUrl)}/${owner}/${name}`;

const serverOf = (repositoryUrl: string): string => repositoryUrl.replace(/\/[^/]+\/[^/]+$/, "");

/**
 * The web address of a case's tracking issue; `null`: not posted yet. GitHub shows every repository below one address,
 * so that of the compliance repository follows from the case's own.
 */
export function issueUrl(repositoryUrl: string, issue: StoredCase["issue"]): string | null {
  if (issue === null) return null;
  return `${serverOf(repositoryUrl)}/${issue.repository.owner}/${issue.repository.name}/issues/${issue.number}`;
}
