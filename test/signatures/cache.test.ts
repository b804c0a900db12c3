import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  BoundedCache,
  objectId,
  ProofCache,
  STRICT_RULES,
  verifyObject,
  WEAKNESSES,
} from "../../src/signatures/index.js";
import type { SignatureRules, SignedObject, Trust } from "../../src/signatures/index.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { ALICE, account, gpgCommit, payloadOf, revoke, sshCommit, trustIn } from "./support.js";

let keyring: Keyring;
let objects: SignedObject[];
let trusts: Trust[];

beforeAll(async () => {
  keyring = await createKeyring();
  const expires = "2025-01-01";
  const [gpg, weak] = [
    await keyring.gpgKey({ ...ALICE, expires }),
    await keyring.gpgKey({ ...ALICE, algo: "rsa1024" }),
  ];
  const ssh = await keyring.sshKey();
  const good = [await gpgCommit(keyring, gpg), await gpgCommit(keyring, weak), await sshCommit(keyring, ssh)];
  const raws = [
    ...good,
    Buffer.from(payloadOf()),
    Buffer.concat([good[0] ?? Buffer.alloc(0), Buffer.from("x")]),
  ];
  const alice = account(1, "alice");
  objects = raws.flatMap((raw) =>
    [null, alice].map((committerAccount) => ({
      type: "commit" as const,
      oid: objectId("commit", raw, "sha1"),
      raw,
      committerAccount,
    })),
  );
  // The same id over other bytes: the cache must look at the bytes too.
  objects.push({
    ...objects[0],
    type: "commit",
    oid: objects[0]?.oid ?? "",
    raw: raws[3] ?? Buffer.alloc(0),
  });
  const revoked = await revoke(keyring, gpg, "superseded", new Date("2024-06-01T00:00:00Z"));
  const allowedSigners = `${ALICE.email} ${ssh.publicKey}\n`;
  const keys = [gpg.publicKey, weak.publicKey];
  trusts = await Promise.all([
    trustIn({}),
    trustIn({ keyring: keys, allowedSigners }),
    trustIn({ keyring: [...keys, revoked.publicKey], allowedSigners }),
    trustIn({ keyring: keys, allowedSigners, revokedKeys: `${ssh.publicKey}\n` }),
    trustIn({ keyring: keys, allowedSigners, revokedKeys: "nothing that can be read\n" }),
    trustIn({ registered: [{ account: alice, kind: "member", ssh: [ssh.publicKey], gpg: keys }] }),
    trustIn({ allowedSigners: allowedSigners.replace(" ", ' valid-before="20240601Z" ') }),
  ]);
});
afterAll(async () => {
  await keyring.dispose();
});

const HISTORY: SignatureRules = { ...STRICT_RULES, legacy: { allow: WEAKNESSES, signedBefore: Infinity } };
const INSTANTS = ["2023-12-31", "2024-01-02", "2024-07-01", "2026-01-01"].map(
  (day) => new Date(`${day}T00:00:00Z`),
);

/** One question: which object, under which keys, when, and by which rules. */
const question = fc.record({
  object: fc.nat({ max: 10 }),
  trust: fc.nat({ max: 6 }),
  at: fc.constantFrom(...INSTANTS),
  rules: fc.constantFrom(STRICT_RULES, HISTORY),
});

describe("a cached proof", () => {
  it("gives the very verdict that a fresh one does, whatever was asked before", () => {
    const seen = new Set<string>();
    const property = fc.property(
      fc.array(question, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      (questions, limit) => {
        const cache = new ProofCache(limit);
        for (const { object, trust: index, at, rules } of questions) {
          const [asked, trust] = [objects[object], trusts[index]];
          if (asked === undefined || trust === undefined) throw new Error("no such object or trust");
          const fresh = verifyObject(asked, trust, at, { rules });
          expect(verifyObject(asked, trust, at, { rules, cache })).toEqual(fresh);
          seen.add(fresh.reason);
        }
      },
    );
    fc.assert(property, { numRuns: 150 });
    // Otherwise equal verdicts would say little.
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        "good",
        "good-key-expired-since",
        "good-key-retired-since",
        "good-weak-algorithm",
        "key-listed-as-revoked",
        "oid-mismatch",
        "revocations-unreadable",
        "signature-invalid",
        "signed-in-future",
        "unknown-key",
        "unsigned",
        "weak-key",
      ]),
    );
  });

  it("is made once for an object and its keys, whoever asks when, and again for other keys or bytes", () => {
    const cache = new ProofCache(100);
    const [first, second] = [objects[0], objects[2]];
    const [none, some] = trusts;
    if (first === undefined || second === undefined || none === undefined || some === undefined)
      throw new Error("few");
    const proof = cache.proofOf(first, some);
    expect(cache.proofOf({ ...first }, some)).toBe(proof);
    expect(cache.proofOf(first, none)).not.toBe(proof);
    expect(cache.proofOf({ ...first, raw: second.raw }, some)).not.toBe(proof);
    expect(cache.proofOf({ ...first, oid: second.oid }, some)).not.toBe(proof);
    expect(cache.proofOf({ ...first, type: "tag" }, some)).not.toBe(proof);
  });
});

describe("a bounded cache", () => {
  const operation = fc.record({ key: fc.nat({ max: 12 }), set: fc.boolean() });

  it("keeps what was asked for last, and never more than its limit", () => {
    const property = fc.property(fc.integer({ min: 1, max: 6 }), fc.array(operation), (limit, operations) => {
      const cache = new BoundedCache<number>(limit);
      // The plainest thing that does the same: a list, newest last.
      let model: { key: number; value: number }[] = [];
      for (const [value, { key, set }] of operations.entries()) {
        const known = model.find((one) => one.key === key);
        if (!set) expect(cache.get(String(key))).toBe(known?.value);
        if (set) cache.set(String(key), value);
        const latest = set ? { key, value } : known;
        if (latest !== undefined) model = [...model.filter((one) => one.key !== key), latest].slice(-limit);
        expect(cache.size).toBe(model.length);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});
