import { visible } from "../../../report/escape.js";
import type { SignatureVerdict } from "../../../signatures/verdict.js";

/** A verdict as one line of JSON; `mergetags`, the verdicts on the tags that a merge embeds, where there are any. */
export function jsonLine(verdict: SignatureVerdict, mergetags: readonly SignatureVerdict[]): string {
  const json = JSON.stringify(mergetags.length === 0 ? verdict : { ...verdict, mergetags });
  return `${asciiControls(json)}\n`;
}

/** JSON leaves as they are what some terminals act on, and what reverses or hides text. Escapes mean the same. */
function asciiControls(json: string): string {
  if (!/[\u007f-\uffff]/.test(json)) return json;
  return json.replace(/[\u007f-\u009f\u2028\u2029\p{Cf}]/gu, (char) =>
    char.split("").map(escapeUnit).join(""),
  );
}

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

const LONGEST = {
  type: "mergetag".length,
  verdict: "unknown-key".length,
  reason: "good-key-expired-since".length,
};

/** A verdict as a line for people, and one more for each tag that a merge embeds. */
export function textLine(verdict: SignatureVerdict, mergetags: readonly SignatureVerdict[]): string {
  return [line(verdict, verdict.type), ...mergetags.map((tag) => line(tag, "mergetag"))].join("");
}

function line(verdict: SignatureVerdict, type: string): string {
  const parts = [
    verdict.oid.slice(0, 12),
    type.padEnd(LONGEST.type),
    verdict.verdict.padEnd(LONGEST.verdict),
    verdict.reason.padEnd(LONGEST.reason),
    // Git counts whole seconds.
    verdict.signedAt?.replace(".000Z", "Z") ?? "",
    signerOf(verdict),
  ];
  return `${parts.join("  ").trimEnd()}\n`;
}

/** Users write what is in their keys' user ids, and nothing of it may act on a terminal. */
function signerOf({ signer, identity }: SignatureVerdict): string {
  if (signer === null) return "";
  const { principal, fingerprint } = signer;
  const note = identity === "other" ? "(not the committer)" : identity === "forge" ? "(the forge)" : "";
  return [principal === null ? "" : visible(principal), note, fingerprint]
    .filter((part) => part !== "")
    .join(" ");
}
