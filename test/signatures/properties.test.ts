/** What holds for every accepted object, every set of keys and every order, tried at random. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { buildTrust, verifyObject, WEAKNESSES } from "../../src/signatures/index.js";
import type { SignatureRules, SignatureVerdict, Trust, TrustMaterial } from "../../src/signatures/index.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { armorBody, flipBit, withArmorBody } from "./fuzz/mutations.js";
import { acceptedObjects, type Accepted, type AcceptedObjects } from "./make/accepted.js";
import { NOW, controlFile, revoke, verifyRaw } from "./support.js";

let keyring: Keyring;
let accepted: AcceptedObjects;

beforeAll(async () => {
  keyring = await createKeyring();
  accepted = await acceptedObjects(keyring);
});
afterAll(async () => {
  await keyring.dispose();
});

const isGood = (one: Accepted, raw: Buffer): boolean =>
  verifyRaw(raw, accepted.trust, one).verdict === "good";

/** One position in any length, evenly over objects of different sizes. */
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Runs a property of one bit for every accepted object, so that no algorithm is left to chance. */
function forEveryObject(runs: number, holds: (one: Accepted, where: number) => boolean): void {
  for (const one of accepted.objects) {
    const property = fc.property(position, (where) => holds(one, where));
    fc.assert(property, { numRuns: runs });
  }
}

describe("a flipped bit", () => {
  it("of any accepted object is refused under the object's id", () => {
    forEveryObject(30, (one, where) => {
      const raw = flipBit(one.raw, Math.floor(where * one.raw.length * 8));
      return verifyObject({ ...one, raw }, accepted.trust, NOW).reason === "oid-mismatch";
    });
  });

  it("of what is signed is refused even where the id is made to fit", () => {
    forEveryObject(150, (one, where) => {
      const bit = Math.floor(where * one.raw.length * 8);
      fc.pre(!isInSignature(one, bit >> 3));
      return !isGood(one, flipBit(one.raw, bit));
    });
  });

  it("of a signature is refused, but for what OpenPGP neither signs nor calculates with", () => {
    forEveryObject(300, (one, where) => {
      const body = armorBody(one);
      const bit = Math.floor(where * body.length * 8);
      fc.pre(!isLoose(body, bit >> 3));
      return !isGood(one, withArmorBody(one, flipBit(body, bit)));
    });
  });

  it("of an OpenPGP signature is harmless in its hint of the hash, which GitHub itself writes wrong", () => {
    for (const one of accepted.objects.filter(({ name }) => /^gpg|^openpgp/.test(name))) {
      const body = armorBody(one);
      const { left16 } = layoutOf(body);
      expect([one.name, isGood(one, withArmorBody(one, flipBit(body, left16 * 8)))]).toEqual([
        one.name,
        true,
      ]);
    }
  });
});

/** Where the armored signature stands, its header's name and the line break after it included. */
function isInSignature({ raw, type }: Accepted, byte: number): boolean {
  const start = type === "tag" ? raw.indexOf("-----BEGIN") : raw.indexOf("gpgsig");
  const end = type === "tag" ? raw.length : raw.indexOf("\n\nChange") + 1;
  return byte >= start && byte < end;
}

/** Of an OpenPGP signature packet: where the unhashed area, the left 16 bits and the numbers begin, as byte offsets. */
function layoutOf(body: Buffer): { unhashed: number; left16: number; numbers: number } {
  const start = headerLength(body);
  const size = body[start] === 6 ? 4 : 2;
  const unhashed = start + 4 + size + body.readUIntBE(start + 4, size);
  const left16 = unhashed + size + body.readUIntBE(unhashed, size);
  const salt = size === 4 ? 1 + body.readUInt8(left16 + 2) : 0;
  return { unhashed, left16, numbers: left16 + 2 + salt };
}

/** One octet and the length: in the old format one, two or four octets, in the new one, two or five. */
function headerLength(body: Buffer): number {
  const [tag, length] = [body.readUInt8(0), body.readUInt8(1)];
  if (tag < 0xc0) return 1 + 2 ** (tag & 3);
  if (length < 192) return 2;
  return length < 224 ? 3 : 6;
}

/** The unhashed area, the left 16 bits, and the counts of bits before numbers: several counts stand for one number. */
function isLoose(body: Buffer, byte: number): boolean {
  if (body.toString("latin1", 0, 6) === "SSHSIG") return false;
  const { unhashed, left16, numbers } = layoutOf(body);
  if (byte >= unhashed && byte < left16 + 2) return true;
  const algorithm = body.readUInt8(headerLength(body) + 2);
  // Ed25519 and Ed448 of RFC 9580 are octets of a fixed length, without counts.
  if (algorithm === 27 || algorithm === 28) return false;
  for (let at = numbers; at < body.length; at += 2 + Math.ceil(body.readUInt16BE(at) / 8))
    if (byte === at || byte === at + 1) return true;
  return false;
}

const verdicts = (trust: Trust, rules?: SignatureRules): SignatureVerdict[] =>
  accepted.objects.map((one) => verifyObject(one, trust, NOW, rules === undefined ? {} : { rules }));

const linesOf = ({ allowedSigners }: TrustMaterial): string[] => (allowedSigners?.text ?? "").split("\n");

describe("the order of keys", () => {
  it("changes no verdict, in files, in lines, and among the registered", async () => {
    const expected = verdicts(accepted.trust);
    const { keyring: files } = accepted.material;
    const order = fc.tuple(
      fc.shuffledSubarray([...files], { minLength: files.length }),
      fc.shuffledSubarray(linesOf(accepted.material), { minLength: linesOf(accepted.material).length }),
    );
    const property = fc.asyncProperty(order, async ([keys, lines]) => {
      const allowedSigners = controlFile(lines.join("\n"));
      const trust = await buildTrust({ ...accepted.material, keyring: keys, allowedSigners });
      expect(verdicts(trust)).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 8 });
  });
});

/** The objects that are good by one set of keys and not by the one with more trust. */
const gained = (less: readonly SignatureVerdict[], more: readonly SignatureVerdict[]): string[] =>
  less.flatMap(({ verdict, oid }, index) =>
    verdict === "good" && more[index]?.verdict !== "good" ? [oid] : [],
  );

describe("less trust", () => {
  it("makes nothing good: keys taken away, keys listed as revoked, keys with a revocation of their own", async () => {
    const { material } = accepted;
    const revocations = [
      ...linesOf(material).flatMap((line) => /ssh-\S+ \S+|ecdsa-\S+ \S+|sk-\S+ \S+/.exec(line)?.[0] ?? []),
      ...verdicts(accepted.trust).flatMap(({ signer }) => signer?.fingerprint ?? []),
    ];
    const change = fc.record({
      keyring: fc.subarray([...material.keyring]),
      lines: fc.subarray(linesOf(material)),
      revoked: fc.subarray(revocations, { maxLength: 6 }),
      more: fc.subarray(revocations, { maxLength: 6 }),
    });
    const property = fc.asyncProperty(change, async ({ keyring: files, lines, revoked, more }) => {
      const base = { ...material, revokedKeys: controlFile(revoked.join("\n")) };
      const fewer = { ...base, keyring: files, allowedSigners: controlFile(lines.join("\n")) };
      const longer = { ...base, revokedKeys: controlFile([...revoked, ...more].join("\n")) };
      const [some, less, worse] = await Promise.all([base, fewer, longer].map(buildTrust));
      if (some === undefined || less === undefined || worse === undefined) return false;
      const before = verdicts(some);
      return gained(verdicts(less), before).length + gained(verdicts(worse), before).length === 0;
    });
    await fc.assert(property, { numRuns: 12 });
  });

  it.each(["compromised", "superseded"] as const)(
    "makes nothing good: a revocation as %s in a copy",
    async (reason) => {
      const own = await createKeyring();
      try {
        const key = await own.gpgKey({ name: "Copy", email: "copy@a.example" });
        const revoked = await revoke(own, key, reason, new Date("2022-01-01T00:00:00Z"));
        const files = [...accepted.material.keyring, controlFile(key.publicKey)];
        const before = await buildTrust({ ...accepted.material, keyring: files });
        const after = await buildTrust({
          ...accepted.material,
          keyring: [...files, controlFile(revoked.publicKey)],
        });
        expect(gained(verdicts(after), verdicts(before))).toEqual([]);
      } finally {
        await own.dispose();
      }
    },
  );

  it("makes nothing good: stricter rules", () => {
    const rules = fc.record<SignatureRules>({
      legacy: fc.record({
        allow: fc.subarray([...WEAKNESSES]),
        signedBefore: fc.constantFrom(-Infinity, Infinity),
      }),
      dsa: fc.constantFrom("accept", "refuse"),
      userVerification: fc.constantFrom("required", "optional"),
      x509: fc.constant({ principals: "", issuers: null }),
    });
    const property = fc.property(rules, (loose) => {
      const strict: SignatureRules = { ...loose, dsa: "refuse", userVerification: "required" };
      const stricter: SignatureRules = { ...strict, legacy: { allow: [], signedBefore: -Infinity } };
      const [most, some, least] = [loose, strict, stricter].map((one) => verdicts(accepted.trust, one));
      return gained(some ?? [], most ?? []).length + gained(least ?? [], some ?? []).length === 0;
    });
    fc.assert(property, { numRuns: 30 });
  });
});
