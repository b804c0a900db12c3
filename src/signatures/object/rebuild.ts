import { endWithout } from "../encoding/armor.js";
import { formatOf, objectId, type ObjectFormat } from "./split.js";

export interface DetachedCommit {
  readonly oid: string;
  readonly payload: string;
  readonly signature: string;
}

const HEADER: Readonly<Record<ObjectFormat, string>> = { sha1: "gpgsig", sha256: "gpgsig-sha256" };

/**
 * Puts a commit back together from the payload and signature that GitHub's API hands out, and proves it: the bytes
 * given back hash to `oid`. `null` where no way of putting them together does, so nothing may be believed of them.
 *
 * GitHub trims the signature's last line ends, so none, one and two are tried; Git writes `gpgsig` at the end of the
 * headers, other tools elsewhere, so every boundary between headers is tried after that.
 */
export function rebuildCommit({ oid, payload, signature }: DetachedCommit): Uint8Array | null {
  const format = formatOf(oid);
  if (format === null) return null;
  const trimmed = signature.slice(0, endWithout(signature, "\n"));
  const headers = ["", "\n", "\n\n"].map((tail) => foldedHeader(HEADER[format], trimmed + tail));
  const exact = foldedHeader(HEADER[format], signature);
  for (const boundary of headerBoundaries(payload)) {
    for (const header of new Set([...headers, exact])) {
      const raw = Buffer.from(payload.slice(0, boundary) + header + payload.slice(boundary));
      if (objectId("commit", raw, format) === oid) return raw;
    }
  }
  return null;
}

/** A header whose further lines are folded by a leading space; always ends the line. */
function foldedHeader(name: string, value: string): string {
  return `${name} ${value.replaceAll("\n", "\n ")}\n`;
}

/** Bounds the work an absurd commit can cause: real commits have fewer than ten headers and a few parents. */
const MOST_BOUNDARIES = 64;

/** Offsets at which a header may begin, the end of the headers first. */
function headerBoundaries(payload: string): number[] {
  const end = payload.indexOf("\n\n");
  const headers = end === -1 ? payload : payload.slice(0, end + 1);
  const starts = [...headers.matchAll(/\n(?! )/g)].map((match) => match.index + 1);
  return [...starts.reverse(), 0].slice(0, MOST_BOUNDARIES);
}
