import { plain } from "../escape.js";
import { type Block, block, fitText } from "../limits.js";
import type { SharedFinding } from "../merged.js";
import { findingLines, said } from "./finding-line.js";
import { subjectOf } from "./links.js";
import { tableBlocks } from "./tables.js";

/** What weighs nothing in the verdict, or was let through, and is to be seen all the same. */
export function asideBlocks(findings: readonly SharedFinding[], severalPulls: boolean): Block[] {
  const notes = findings.filter(({ finding }) => finding.status === "note");
  return [
    ...exceptions(findings.filter(({ finding }) => finding.status === "waived")),
    ...list("Reviews that do not count", notes.filter(isRefusedReview), severalPulls),
    ...list("Worth knowing", notes.filter(isNews), severalPulls),
  ];
}

/** Never silent: who answers for an exception, why, and until when. */
function exceptions(waived: readonly SharedFinding[]): Block[] {
  const rows = waived.map((shared) => ({ cells: exception(shared), findings: 1 }));
  const blocks = tableBlocks(["Not met", "What was found", "Accepted by", "Until (UTC)", "Why"], rows);
  return blocks.length === 0 ? [] : [heading("Exceptions in force"), ...blocks];
}

function exception(shared: SharedFinding): string[] {
  const { message, waiver } = shared.finding;
  if (waiver === undefined)
    return [subjectOf(shared), said(message), "the policy", "it changes", "the policy says so"];
  const { owner, expires, reason } = waiver;
  const found = message.endsWith(` Waived by ${owner} until ${expires}: ${reason}`)
    ? message.slice(0, message.lastIndexOf(` Waived by ${owner} until ${expires}`))
    : message;
  return [
    subjectOf(shared),
    said(found),
    plain(fitText(owner, 100)),
    plain(expires),
    plain(fitText(reason, 500)),
  ];
}

const OF_REVIEWS: ReadonlySet<string> = new Set(["independent-approval", "changes-requested"]);

/** Approvals of the head are noted, too, where there are too few of them. */
const isRefusedReview = ({ finding }: SharedFinding): boolean =>
  OF_REVIEWS.has(finding.rule) && finding.reason !== "approved";

/** What GitHub thinks of a signature stands in the details: of keys in trust files it knows none. */
const isNews = ({ finding }: SharedFinding): boolean =>
  !OF_REVIEWS.has(finding.rule) && finding.rule !== "forge-opinion";

function list(title: string, notes: readonly SharedFinding[], severalPulls: boolean): Block[] {
  if (notes.length === 0) return [];
  const after = ({ finding: { remedy } }: SharedFinding): string =>
    remedy === null ? "" : said(remedy.text);
  return [heading(title), block(findingLines(notes, { severalPulls, after }), notes.length)];
}

const heading = (title: string): Block => block(`### ${title}`);
