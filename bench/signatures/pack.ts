import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { deflateSync } from "node:zlib";
import { uint32 } from "./signers/wire.js";

export interface PackedObject {
  readonly type: "commit" | "tree";
  readonly raw: Buffer;
}

/** Object types of gitformat-pack(5). */
const TYPES = { commit: 1, tree: 2 } as const;

/**
 * Writes `count` objects into a repository as one pack, streamed into `git index-pack`, which checks all of it. Unlike
 * `git fast-import` it takes commits as they are, with their signatures.
 */
export async function writePack(
  repository: string,
  count: number,
  objects: Iterable<PackedObject>,
): Promise<void> {
  const child = spawn("git", ["-C", repository, "index-pack", "--stdin"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const closed = once(child, "close");
  const digest = createHash("sha1");
  const write = async (bytes: Buffer): Promise<void> => {
    digest.update(bytes);
    if (!child.stdin.write(bytes)) await once(child.stdin, "drain");
  };
  await write(Buffer.concat([Buffer.from("PACK"), uint32(2), uint32(count)]));
  for (const { type, raw } of objects) {
    await write(Buffer.concat([entryHead(TYPES[type], raw.length), deflateSync(raw, { level: 1 })]));
  }
  child.stdin.end(digest.digest());
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`git index-pack ended with ${code ?? "a signal"}`);
}

/** Type and length: four bits of it beside the type, then seven an octet, the lowest first. */
function entryHead(type: number, length: number): Buffer {
  const octets = [(type << 4) | (length & 0x0f)];
  for (let rest = length >> 4; rest > 0; rest >>= 7) {
    octets.push((octets.pop() ?? 0) | 0x80, rest & 0x7f);
  }
  return Buffer.from(octets);
}
