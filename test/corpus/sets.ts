/**
 * Reads sets of Git objects that carry the answers of git, gpg and ssh-keygen: a corpus of real objects, and
 * adversarial cases. They lie outside of the project and may be absent.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { ControlFile } from "../../src/facts/facts.js";
import { buildTrust, NO_X509, type Trust } from "../../src/signatures/index.js";

/** Where the sets lie if they are present: beside the project. */
const SHARED = join(import.meta.dirname, "../../../shared");
export const DEFAULT_FOLDERS = { corpus: join(SHARED, "corpus"), adversarial: join(SHARED, "adversarial") };

/** The clock by which the reference answers were made. */
export const REFERENCE_CLOCK = new Date("2026-11-24T00:00:00Z");

const Bytes = z.base64().transform((text) => Buffer.from(text, "base64"));

const Entry = z.object({
  oid: z.string(),
  type: z.enum(["commit", "tag"]),
  raw: Bytes,
  kind: z.enum(["none", "pgp", "ssh", "x509"]),
  verdict: z.enum([
    "good",
    "good-expired-key",
    "good-revoked-key",
    "no-key",
    "error",
    "bad",
    "unsigned",
    "x509-unchecked",
  ]),
  payload_sha256: z.string().nullish(),
  signature_sha256: z.string().nullish(),
  /** gpg's status lines by the reference clock, and a second after the signature says it was made. */
  gpg_status: z.array(z.string()).nullish(),
  gpg_status_at_sig_time: z.array(z.string()).nullish(),
  sig_time: z.number().nullish(),
  signer_time: z.number().nullish(),
});
/** A real object. */
export type Entry = z.output<typeof Entry>;

const Case = z.object({
  name: z.string(),
  type: z.enum(["commit", "tag"]),
  object_format: z.enum(["sha1", "sha256"]),
  oid: z.string(),
  raw: Bytes,
  expect: z.enum(["accept", "reject"]),
  /** Not null: the expectation is a choice of policy, and the word names which. */
  policy: z.string().nullable(),
  pgp_keys: z.array(z.string()),
  allowed_signers: z.string().nullable(),
  krl: z.string().nullable(),
  payload_b64: Bytes.nullable(),
  signature_b64: Bytes.nullable(),
});
/** An adversarial case. */
export type Case = z.output<typeof Case>;

export interface Corpus {
  readonly entries: readonly Entry[];
  readonly trust: Trust;
}

export interface AdversarialCase extends Case {
  readonly trust: Trust;
}

/** The corpus in `folder`; `null` where there is none. Throws where it cannot be read. */
export async function readCorpus(folder: string): Promise<Corpus | null> {
  const path = join(folder, "objects.jsonl.gz");
  if (!existsSync(path)) return null;
  const entries = readLines(gunzipSync(readFileSync(path)), Entry);
  const pgp = join(folder, "keys/pgp");
  const signers = join(folder, "keys/ssh/allowed_signers");
  const keyring = existsSync(pgp) ? readdirSync(pgp).map((name) => fileAt(join(pgp, name))) : [];
  const allowedSigners = existsSync(signers) ? fileAt(signers) : null;
  const material = { allowedSigners, revokedKeys: null, keyring, registered: [], x509: NO_X509 };
  return { entries, trust: await buildTrust(material) };
}

/** The adversarial cases in `folder`, each with the trust it is to be judged by; `null` where there are none. */
export async function readAdversarial(folder: string): Promise<readonly AdversarialCase[] | null> {
  const path = join(folder, "cases.jsonl");
  if (!existsSync(path)) return null;
  const cases = readLines(readFileSync(path), Case);
  return await Promise.all(cases.map(async (one) => ({ ...one, trust: await trustOf(folder, one) })));
}

async function trustOf(folder: string, { allowed_signers, krl, pgp_keys }: Case): Promise<Trust> {
  const under = (path: string): ControlFile => fileAt(join(folder, path));
  return await buildTrust({
    allowedSigners: allowed_signers === null ? null : under(allowed_signers),
    revokedKeys: krl === null ? null : under(krl),
    keyring: pgp_keys.map(under),
    registered: [],
    x509: NO_X509,
  });
}

function readLines<T extends z.ZodType>(bytes: Buffer, line: T): z.output<T>[] {
  const text = bytes.toString("utf8").trim();
  return text === "" ? [] : text.split("\n").map((json) => line.parse(JSON.parse(json)));
}

const fileAt = (path: string): ControlFile => ({ path, oid: "", text: readFileSync(path, "latin1") });
