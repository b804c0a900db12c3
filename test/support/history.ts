import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { Repository } from "./git.js";

export interface LongHistory {
  /** Line for allowed_signers. */
  readonly allowedSigners: string;
  /** The newest last. */
  readonly oids: readonly string[];
}

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const START = Date.UTC(2024, 0, 1) / 1000;
const OBJECT_COMMIT = 1;
const OBJECT_TREE = 2;

/** Who signs a history. */
export interface HistorySigner {
  readonly wire: Buffer;
  readonly privateKey: KeyObject;
}

export function historySigner(): HistorySigner {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const point = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return { wire: Buffer.concat([string("ssh-ed25519"), string(point)]), privateKey };
}

/** The line of allowed_signers that trusts a signer. */
export const allowedSigner = ({ wire }: HistorySigner, email: string): string =>
  `${email} namespaces="git" ssh-ed25519 ${wire.toString("base64")}\n`;

export interface HistoryOptions {
  /** One of its own unless given. */
  readonly signer: HistorySigner | null;
  /** Of author and committer, and of the signer in `allowedSigners`. */
  readonly email: string;
  /** The commit that the line begins on; `null`: it has no beginning. */
  readonly parent: string | null;
  /** What each commit holds. */
  readonly tree: string;
  readonly branch: string;
  readonly isUnsigned: (index: number) => boolean;
  /** Its message was changed after it was signed. */
  readonly isChanged: (index: number) => boolean;
}

const OPTIONS: HistoryOptions = {
  signer: null,
  email: "long@example.com",
  parent: null,
  tree: EMPTY_TREE,
  branch: "main",
  isUnsigned: (index) => index % 10 === 3,
  isChanged: (index) => index % 10 === 7,
};

/**
 * Puts a line of `length` commits on a branch: unless said otherwise on `main`, every tenth unsigned, every tenth with its
 * message changed after signing, the rest signed (SSH, Ed25519) here, since ssh-keygen would take minutes.
 */
export async function fillWithHistory(
  repository: Pick<Repository, "git" | "run">,
  length: number,
  change: Partial<HistoryOptions> = {},
): Promise<LongHistory> {
  const options = { ...OPTIONS, ...change };
  const signer = options.signer ?? historySigner();
  const objects = [packed(OBJECT_TREE, Buffer.alloc(0))];
  const oids: string[] = [];
  for (let index = 0; index < length; index += 1) {
    const raw = commit(index, oids.at(-1) ?? options.parent, options, signer);
    objects.push(packed(OBJECT_COMMIT, raw));
    oids.push(createHash("sha1").update(`commit ${raw.length}\0`).update(raw).digest("hex"));
  }
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  head.writeUInt32BE(objects.length, 8);
  const body = Buffer.concat([head, ...objects]);
  const pack = Buffer.concat([body, createHash("sha1").update(body).digest()]);
  await repository.git(["index-pack", "--stdin"], { input: pack });
  await repository.run("update-ref", `refs/heads/${options.branch}`, oids.at(-1) ?? "");
  return { allowedSigners: allowedSigner(signer, options.email), oids };
}

function commit(
  index: number,
  parent: string | null,
  { email, tree, isUnsigned, isChanged }: HistoryOptions,
  { wire, privateKey }: HistorySigner,
): Buffer {
  const stamp = `Long <${email}> ${START + index} +0000`;
  const parents = parent === null ? "" : `parent ${parent}\n`;
  const headers = `tree ${tree}\n${parents}author ${stamp}\ncommitter ${stamp}\n`;
  const message = `\nChange ${index}\n`;
  if (isUnsigned(index)) return Buffer.from(headers + message);
  const signature = sshSignature(Buffer.from(headers + message), wire, privateKey).replaceAll("\n", "\n ");
  const shown = isChanged(index) ? message.replace("Change", "Chance") : message;
  return Buffer.from(`${headers}gpgsig ${signature}\n${shown}`);
}

/** PROTOCOL.sshsig, for the namespace `git`. */
function sshSignature(payload: Buffer, wire: Buffer, key: KeyObject): string {
  const digest = createHash("sha512").update(payload).digest();
  const common = [string("git"), string(""), string("sha512")];
  const signature = sign(null, Buffer.concat([Buffer.from("SSHSIG"), ...common, string(digest)]), key);
  const value = Buffer.concat([string("ssh-ed25519"), string(signature)]);
  const version = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([Buffer.from("SSHSIG"), version, string(wire), ...common, string(value)]);
  const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----"].join("\n");
}

function string(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** gitformat-pack(5): type and length, seven bits a byte but for the first, then the deflated bytes. */
function packed(type: number, raw: Buffer): Buffer {
  const head = [(type << 4) | (raw.length & 0x0f)];
  for (let rest = raw.length >> 4; rest > 0; rest >>= 7) {
    head[head.length - 1] = (head.at(-1) ?? 0) | 0x80;
    head.push(rest & 0x7f);
  }
  return Buffer.concat([Buffer.from(head), deflateSync(raw)]);
}
