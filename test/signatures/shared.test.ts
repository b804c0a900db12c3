/**
 * Two outside sets of objects, where they are present: real ones of public repositories and adversarial ones, each
 * with the answers of git, gpg and ssh-keygen. Where they are not, the lists are empty and nothing is compared.
 *
 * The lists of disagreements are exact: a new one fails the test, and so does one that has gone.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import type { ControlFile } from "../../src/facts/facts.js";
import { buildTrust, formatOf, NO_X509, splitObject, verifyObject } from "../../src/signatures/index.js";

const SHARED = join(import.meta.dirname, "../../../shared");
const AT = new Date("2026-11-24T00:00:00Z");

const file = (path: string): ControlFile => ({ path, oid: "", text: readFileSync(path, "latin1") });
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const adversarial = join(SHARED, "adversarial");
const Case = z.object({
  name: z.string(),
  type: z.enum(["commit", "tag"]),
  object_format: z.enum(["sha1", "sha256"]),
  oid: z.string(),
  raw: z.base64(),
  expect: z.enum(["accept", "reject"]),
  policy: z.string().nullable(),
  pgp_keys: z.array(z.string()),
  allowed_signers: z.string().nullable(),
  krl: z.string().nullable(),
  payload_b64: z.string().nullable(),
  signature_b64: z.string().nullable(),
});

/** Refused here although the set would accept: name → reason code, with why. */
const STRICTER: Readonly<Record<string, string>> = {
  // DSA is gone from FIPS 186-5 and from OpenSSH; its signatures leak the key when a nonce repeats.
  "pgp-dsa2048": "weak-key",
};

describe("adversarial objects", () => {
  const lines = existsSync(adversarial)
    ? readFileSync(join(adversarial, "cases.jsonl"), "utf8").trim().split("\n")
    : [];
  const cases = lines.map((line) => Case.parse(JSON.parse(line)));

  it("are split as git does", () => {
    const different = cases.filter((one) => {
      const { payload, signature } = splitObject(one.type, Buffer.from(one.raw, "base64"), one.object_format);
      if (one.payload_b64 === null) return signature !== null;
      return (
        base64(payload) !== one.payload_b64 || signature === null || base64(signature) !== one.signature_b64
      );
    });
    expect(different.map(({ name }) => name)).toEqual([]);
  });

  it("are judged as expected, or more strictly where said", async () => {
    const [falseAccepts, refused]: [string[], Record<string, string>] = [[], {}];
    for (const one of cases) {
      const under = (path: string): ControlFile => file(join(adversarial, path));
      const trust = await buildTrust({
        allowedSigners: one.allowed_signers === null ? null : under(one.allowed_signers),
        revokedKeys: one.krl === null ? null : under(one.krl),
        keyring: one.pgp_keys.map(under),
        registered: [],
        x509: NO_X509,
      });
      const raw = Buffer.from(one.raw, "base64");
      const { verdict, reason } = verifyObject({ type: one.type, oid: one.oid, raw }, trust, AT);
      if (verdict === "good" && one.expect === "reject") falseAccepts.push(one.name);
      if (verdict !== "good" && one.expect === "accept") refused[one.name] = reason;
    }
    expect(falseAccepts).toEqual([]);
    expect(refused).toEqual(cases.length === 0 ? {} : STRICTER);
  });
});

const corpus = join(SHARED, "corpus");
const Entry = z.object({
  oid: z.string(),
  type: z.enum(["commit", "tag"]),
  raw: z.base64(),
  kind: z.enum(["none", "pgp", "ssh", "x509"]),
  verdict: z.string(),
  payload_sha256: z.string().nullish(),
  signature_sha256: z.string().nullish(),
  gpg_status_at_sig_time: z.array(z.string()).nullish(),
});

/** Of the objects that git's tools find good, the reasons for which we refuse some, and how many. */
const CORPUS_STRICTER: Readonly<Record<string, number>> = {
  // SHA-1: forgeries can be made for the price of a car.
  "weak-digest": 37,
};

describe("real objects", () => {
  const text = existsSync(corpus)
    ? gunzipSync(readFileSync(join(corpus, "objects.jsonl.gz")))
        .toString()
        .trim()
    : "";
  const entries = text === "" ? [] : text.split("\n").map((line) => Entry.parse(JSON.parse(line)));

  it("are split as git does", () => {
    const different = entries.filter(({ type, raw, oid, kind, payload_sha256, signature_sha256 }) => {
      const { payload, signature } = splitObject(type, Buffer.from(raw, "base64"), formatOf(oid) ?? "sha1");
      if (kind === "none" || signature === null) return kind !== "none" || signature !== null;
      return sha256(payload) !== payload_sha256 || sha256(signature) !== signature_sha256;
    });
    expect(different.map(({ oid }) => oid)).toEqual([]);
  });

  it("are good where git's tools find them so at the time of signing, and nowhere else", async () => {
    if (entries.length === 0) return;
    const keys = join(corpus, "keys/pgp");
    const trust = await buildTrust({
      allowedSigners: file(join(corpus, "keys/ssh/allowed_signers")),
      revokedKeys: null,
      keyring: readdirSync(keys).map((name) => file(join(keys, name))),
      registered: [],
      x509: NO_X509,
    });
    expect(trust.problems).toEqual([]);
    const [falseAccepts, refused]: [string[], Record<string, number>] = [[], {}];
    for (const { oid, type, raw, verdict: theirs, gpg_status_at_sig_time } of entries) {
      const wasGood = (gpg_status_at_sig_time ?? []).some((status) => status.startsWith("GOODSIG"));
      const good = theirs === "good" || (theirs === "good-expired-key" && wasGood);
      const { verdict, reason } = verifyObject({ type, oid, raw: Buffer.from(raw, "base64") }, trust, AT);
      if (verdict === "good" && !good) falseAccepts.push(oid);
      if (verdict !== "good" && good) refused[reason] = (refused[reason] ?? 0) + 1;
    }
    expect(falseAccepts).toEqual([]);
    expect(refused).toEqual(CORPUS_STRICTER);
  });
});
