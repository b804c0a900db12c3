import type { RepositoryRef } from "../../facts/facts.js";
import type { StoredCase } from "../../store/case-store.js";

/**
 * The web address of a case's tracking issue; `null`: not posted yet. GitHub shows every repository below one address,
 * so that of the compliance repository follows from the case's own.
 */
export function issueUrl(
  repositoryUrl: string,
  { owner, name }: RepositoryRef,
  issue: StoredCase["issue"],
): string | null {
  if (issue === null) return null;
  const server = repositoryUrl.slice(0, -`/${owner}/${name}`.length);
  return `${server}/${issue.repository.owner}/${issue.repository.name}/issues/${issue.number}`;
}
