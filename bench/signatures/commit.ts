import { createHash } from "node:crypto";
import { SIGNER, type RawCheck, type Signer } from "./signers/signer.js";

/** Git's empty tree. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/** Seconds since 1970. */
const FIRST_COMMIT_AT = Date.UTC(2024, 0, 1) / 1000;
/** After all commits: the instant at which everything is judged. */
export const EVALUATED_AT = new Date("2026-01-01T00:00:00Z");

export interface BenchCommit {
  readonly oid: string;
  readonly raw: Buffer;
  readonly check: RawCheck;
}

/**
 * The `index`th commit of a history, as large as usual ones, signed over its own bytes. All have the empty tree unless
 * told otherwise, so that only commits are measured.
 */
export function makeCommit(
  signer: Signer,
  index: number,
  parent: string | null,
  tree = EMPTY_TREE,
): BenchCommit {
  const at = FIRST_COMMIT_AT + index;
  const stamp = `${SIGNER.name} <${SIGNER.email}> ${at} +0000`;
  const headers = [
    `tree ${tree}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    `author ${stamp}`,
    `committer ${stamp}`,
  ];
  const message = `Raise the replicas of service ${index % 97}\n\nIts queue was ${index} deep at noon, and grew.\n`;
  const head = `${headers.join("\n")}\n`;
  const { armored, check } = signer.sign(Buffer.from(`${head}\n${message}`), at);
  // Folded as Git does: the signature's last line end is the header's.
  const folded = armored.trimEnd().replaceAll("\n", "\n ");
  const raw = Buffer.from(`${head}gpgsig ${folded}\n\n${message}`);
  return { oid: objectId("commit", raw), raw, check };
}

/** Git's object id: SHA-1 over `<type> <length>\0` and the bytes. */
export function objectId(type: string, raw: Buffer): string {
  return createHash("sha1").update(`${type} ${raw.length}\0`).update(raw).digest("hex");
}
