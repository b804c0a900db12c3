import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { splitObject } from "../../../src/signatures/index.js";
import { checkSignature, type X509Notes } from "../../../src/signatures/x509/prove.js";
import { identitiesOf } from "../../../src/signatures/x509/identity.js";
import { verifyObject } from "../../../src/signatures/index.js";
import { EVERYBODY, x509Trust } from "./support/world.js";

/** The commits that real gitsign signed, where they are present. */

const FILE = join(import.meta.dirname, "../../../../shared/corpus/objects.jsonl.gz");

interface CorpusObject {
  readonly oid: string;
  readonly type: "commit" | "tag";
  readonly kind: string;
  readonly raw: string;
  readonly signer_email: string;
}

function isCorpusObject(value: unknown): value is CorpusObject {
  return typeof value === "object" && value !== null && "oid" in value && "raw" in value && "kind" in value;
}

function signedByCertificate(): CorpusObject[] {
  const lines = gunzipSync(readFileSync(FILE)).toString("utf8").split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .filter(isCorpusObject)
    .filter(({ kind }) => kind === "x509");
}

(existsSync(FILE) ? describe : describe.skip)("gitsign's signatures", () => {
  it("are all mathematically right, and trusted by nobody here", async () => {
    const trust = await x509Trust({});
    const objects = signedByCertificate();
    expect(objects.length).toBeGreaterThan(100);
    for (const { oid, type, raw } of objects) {
      const bytes = Buffer.from(raw, "base64");
      const { payload, signature } = splitObject(type, bytes, "sha1");
      const notes: X509Notes = { fingerprint: null, signedAt: null, weaknesses: [] };
      const { certificate } = checkSignature(payload, signature ?? Buffer.alloc(0), trust.x509, notes);
      expect(identitiesOf(certificate)).toHaveLength(1);
      expect(certificate.extensions.identityIssuer).toMatch(/^https:/);
      expect(notes).toMatchObject({ fingerprint: certificate.fingerprint, weaknesses: [] });
      const verdict = verifyObject({ type, oid, raw: bytes }, trust, new Date("2026-11-24T00:00:00Z"), {
        rules: EVERYBODY,
      });
      expect(verdict).toMatchObject({ verdict: "unknown-key", reason: "x509-untrusted" });
    }
  });
});
