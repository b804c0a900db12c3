import { visible } from "../../report/escape.js";
import { type Alert } from "../alert.js";

/** The beginning of `text`, as characters that are there to be seen, that fits into `limit` UTF-16 units once escaped. */
export function fit(text: string, limit: number, escape: (char: string) => string = String): string {
  const shown = Array.from(visible(text).trim(), escape);
  if (shown.join("").length <= limit) return shown.join("");
  let kept = "";
  for (const piece of shown) {
    if (kept.length + piece.length > limit - 1) break;
    kept += piece;
  }
  return `${kept}…`;
}

/** One line that says for whom and about which case an alert is. */
export function footer({ caseId, kind, at, mentions }: Alert): string {
  const whom = mentions.length === 0 ? [] : [`for ${mentions.join(", ")}`];
  return [`Countersign`, caseId, kind, at, ...whom].join(" · ");
}

/** What happened, in the words that programs tell it by: `break-glass.opened`, `protection.weakened`. */
export const typeOf = ({ kind }: Alert): string =>
  kind.startsWith("protection-") ? kind.replace("-", ".") : `break-glass.${kind}`;

/** The address to open, or `null` unless it is a plain web address: some clients would act on others. */
export function linkOf({ url }: Alert): string | null {
  return url !== null && /^https?:\/\/[!-~]{1,2000}$/.test(url) && URL.canParse(url) ? url : null;
}

/** What a link to an alert's address is called. */
export const linkLabel = ({ kind }: Alert): string =>
  kind.startsWith("protection-") ? "Open the rules" : "Open the case";
