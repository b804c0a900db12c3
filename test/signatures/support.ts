import type { Account, CommitFact, ControlFile, RegisteredKeys, X509Files } from "../../src/facts/facts.js";
import { buildTrust, NO_X509, objectId, verifyObject } from "../../src/signatures/index.js";
import type {
  ObjectFormat,
  ObjectType,
  SignatureVerdict,
  Trust,
  TrustMaterial,
  VerifyOptions,
} from "../../src/signatures/index.js";
import type { GpgKey, Keyring, SshKey } from "../support/signing.js";

export const ALICE = { name: "Alice", email: "alice@a.example" };
export const SIGNED_AT = new Date("2024-01-01T00:00:00Z");
export const NOW = new Date("2026-01-01T00:00:00Z");

const seconds = (date: Date): number => date.getTime() / 1000;

export const controlFile = (text: string, path = "trust/file"): ControlFile => ({ path, oid: "", text });

export interface MaterialText {
  readonly allowedSigners?: string;
  readonly revokedKeys?: string;
  readonly keyring?: readonly string[];
  readonly registered?: readonly RegisteredKeys[];
  readonly x509?: X509Files;
}

export function material(text: MaterialText): TrustMaterial {
  const file = (content: string | undefined, path: string): ControlFile | null =>
    content === undefined ? null : controlFile(content, path);
  return {
    allowedSigners: file(text.allowedSigners, "trust/allowed_signers"),
    revokedKeys: file(text.revokedKeys, "trust/revoked_keys"),
    keyring: (text.keyring ?? []).map((armored, index) => controlFile(armored, `trust/keys/${index}.asc`)),
    registered: text.registered ?? [],
    x509: text.x509 ?? NO_X509,
  };
}

export const trustIn = async (text: MaterialText): Promise<Trust> => await buildTrust(material(text));

export interface PayloadOptions {
  readonly email?: string;
  readonly at?: Date;
  readonly message?: string;
  readonly headers?: string;
  readonly objectFormat?: ObjectFormat;
}

const TREE: Readonly<Record<ObjectFormat, string>> = { sha1: "4".repeat(40), sha256: "4".repeat(64) };

/** A commit's bytes without a signature. */
export function payloadOf({
  email = ALICE.email,
  at = SIGNED_AT,
  message = "Change\n",
  headers = "",
  objectFormat = "sha1",
}: PayloadOptions = {}): string {
  const stamp = `Alice <${email}> ${seconds(at)} +0000`;
  return `tree ${TREE[objectFormat]}\nauthor ${stamp}\ncommitter ${stamp}\n${headers}\n${message}`;
}

/** An annotated tag's bytes without a signature. */
export function tagOf({
  email = ALICE.email,
  at = SIGNED_AT,
  objectFormat = "sha1",
}: PayloadOptions = {}): string {
  const tagger = `tagger Alice <${email}> ${seconds(at)} +0000`;
  return `object ${TREE[objectFormat]}\ntype commit\ntag v1\n${tagger}\n\nRelease\n`;
}

/** The commit's bytes with the signature folded in at the end of the headers, as Git writes it. */
export function withSignature(payload: string, signature: string, header = "gpgsig"): Buffer {
  const end = payload.indexOf("\n\n") + 1;
  const folded = `${header} ${signature.replace(/\n$/, "").replaceAll("\n", "\n ")}\n`;
  return Buffer.from(payload.slice(0, end) + folded + payload.slice(end));
}

export interface RawOptions extends VerifyOptions {
  readonly type?: ObjectType;
  readonly objectFormat?: ObjectFormat;
  readonly at?: Date;
  readonly account?: Account | null;
}

/** Verifies bytes under the id they hash to, so that only what is inside of them decides. */
export function verifyRaw(raw: Uint8Array, trust: Trust, options: RawOptions = {}): SignatureVerdict {
  const type = options.type ?? "commit";
  const oid = objectId(type, raw, options.objectFormat ?? "sha1");
  const input = { type, oid, raw, committerAccount: options.account ?? null };
  return verifyObject(input, trust, options.at ?? NOW, options);
}

/** An armored detached signature by real gpg, made at `at`. */
export async function gpgSign(
  keyring: Keyring,
  key: GpgKey,
  payload: string,
  options: { at?: Date; args?: readonly string[]; user?: string } = {},
): Promise<string> {
  const args = [
    ...(options.args ?? []),
    "--local-user",
    options.user ?? key.fingerprint,
    "--armor",
    "--detach-sign",
  ];
  return (await keyring.gpg(args, { input: payload, at: options.at ?? SIGNED_AT })).toString("latin1");
}

/** A commit that real gpg signed. */
export async function gpgCommit(
  keyring: Keyring,
  key: GpgKey,
  options: PayloadOptions & { args?: readonly string[]; user?: string } = {},
): Promise<Buffer> {
  const payload = payloadOf(options);
  return withSignature(payload, await gpgSign(keyring, key, payload, options));
}

/** A commit that real ssh-keygen signed. */
export async function sshCommit(
  keyring: Keyring,
  key: SshKey,
  options: PayloadOptions & { namespace?: string } = {},
): Promise<Buffer> {
  const payload = payloadOf(options);
  return withSignature(payload, await keyring.sshSign(key, payload, options.namespace));
}

/** Reasons as gpg's menu counts them. */
export type RevocationReason = "none" | "compromised" | "superseded" | "retired";
const MENU: Readonly<Record<RevocationReason, number>> = {
  none: 0,
  compromised: 1,
  superseded: 2,
  retired: 3,
};

/** Revokes a key at `at` and gives it as it is then. */
export async function revoke(
  keyring: Keyring,
  key: GpgKey,
  reason: RevocationReason,
  at: Date,
): Promise<GpgKey> {
  const answers = `y\n${MENU[reason]}\n\ny\n`;
  const args = [
    "--no-batch",
    "--command-fd",
    "0",
    "--status-fd",
    "2",
    "--armor",
    "--gen-revoke",
    key.fingerprint,
  ];
  const certificate = await keyring.gpg(args, { input: answers, at });
  await keyring.gpg(["--import"], { input: certificate });
  return await keyring.gpgKeyOf(key.fingerprint);
}

export const account = (id: number, login: string): Account => ({ id, login, type: "User" });

export function commitFact(fields: Partial<CommitFact> & Pick<CommitFact, "oid">): CommitFact {
  const person = { ...ALICE, account: null };
  return {
    parents: [],
    message: "",
    author: person,
    committer: person,
    authors: [person],
    signature: null,
    ...fields,
  };
}
