import { code, linkTarget, plain } from "../escape.js";
import { fitText } from "../limits.js";
import type { SharedFinding } from "../merged.js";

/** Rules whose subject is a commit, by the beginning of its object id. */
const OF_COMMITS: ReadonlySet<string> = new Set(["commit-signature", "forge-opinion", "merge-group"]);
/** Rules whose place is in the files that the change brings, and not in those of the base branch. */
const OF_THE_CHANGE: ReadonlySet<string> = new Set(["proposed-policy", "code-scanning"]);

const LONGEST_SUBJECT = 100;

/** What a finding is about, as Markdown: linked where it has a page of its own on GitHub. */
export function subjectOf(shared: SharedFinding): string {
  const shown = code(fitText(shared.finding.subject, LONGEST_SUBJECT));
  const target = linkTarget(subjectUrl(shared));
  return target === null ? shown : `[${shown}](${target})`;
}

function subjectUrl({ finding, pulls, policyOid }: SharedFinding): string | null {
  const pull = pulls.find(({ url }) => url !== undefined)?.url;
  if (pull === undefined) return null;
  const { rule, subject, location } = finding;
  if (OF_COMMITS.has(rule))
    return /^[0-9a-f]{7,64}$/.test(subject) ? `${repositoryOf(pull)}/commit/${subject}` : null;
  if (location === null) return null;
  // Which line of the pull request's files it is, its annotation shows.
  if (OF_THE_CHANGE.has(rule)) return `${pull}/files`;
  // At the commit that was judged by: the branch moves on, and then the line is another.
  if (policyOid === null) return null;
  return `${fileUrl(pull, policyOid, location.path)}#L${Math.max(1, location.line)}`;
}

const repositoryOf = (pullUrl: string): string => pullUrl.replace(/\/pull\/\d+\/?$/, "");

/** The page of a file as it is in a commit of the repository that a pull request is in. */
export const fileUrl = (pullUrl: string, commitOid: string, path: string): string =>
  `${repositoryOf(pullUrl)}/blob/${commitOid}/${pathOf(path)}`;

const pathOf = (path: string): string =>
  path
    .split("/")
    .map((part) => encodeURIComponent(part).replace(/[()!'*]/g, percent))
    .join("/");

const percent = (char: string): string => `%${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;

/** What leads from a finding to where it is mended: a link that says where it goes, also out of its context. */
export function remedyLink({ finding }: SharedFinding): string | null {
  const target = linkTarget(finding.remedy?.url ?? null);
  return target === null ? null : `[${labelOf(finding.rule, finding.subject, target)}](${target})`;
}

const PAGES: readonly (readonly [where: RegExp, label: string])[] = [
  [/\/settings\/rules\/new\b/, "Add a ruleset"],
  [/\/settings\/rules\/\d+/, "Open the ruleset's settings"],
  [/\/settings\/rules\b/, "Open the repository's rulesets"],
  [/\/settings\/branches\b/, "Open the branch protection settings"],
  [/\/settings\/emails\b/, "Open your e-mail settings"],
  [/\/settings\/keys\b/, "Open the key settings"],
  [/\/issues\/\d+$/, "Open the tracking issue"],
  [/\/pull\/\d+$/, "Open the pull request"],
  [/^https:\/\/docs\.github\.com\//, "Read GitHub's documentation"],
];

function labelOf(rule: string, subject: string, url: string): string {
  const about = plain(fitText(subject, LONGEST_SUBJECT));
  // A tool reports whatever address it likes.
  if (rule === "required-result") return `Open the result of ${about}`;
  if (rule === "code-scanning") return `Open the alert ${about}`;
  return PAGES.find(([where]) => where.test(url))?.[1] ?? `Read more about ${about}`;
}
