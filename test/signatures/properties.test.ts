import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { objectId, REASONS, rebuildCommit, verifyObject, type Trust } from "../../src/signatures/index.js";
import { readSshSignature } from "../../src/signatures/openssh/sshsig.js";
import { readSignatureArmor } from "../../src/signatures/pgp/packet.js";
import { readSignaturePacket } from "../../src/signatures/pgp/signature-packet.js";
import { SignatureRefusal } from "../../src/signatures/reasons.js";
import { readSshKey } from "../../src/signatures/ssh.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import {
  ALICE,
  NOW,
  gpgCommit,
  gpgSign,
  payloadOf,
  sshCommit,
  trustIn,
  verifyRaw,
  withSignature,
} from "./support.js";

let keyring: Keyring;
let trust: Trust;
const accepted: Buffer[] = [];
let armored: string[] = [];

beforeAll(async () => {
  keyring = await createKeyring();
  const gpg = [await keyring.gpgKey(ALICE), await keyring.gpgKey({ ...ALICE, algo: "rsa2048" })];
  const ssh = [
    await keyring.sshKey(),
    await keyring.sshKey({ type: "ecdsa" }),
    await keyring.sshKey({ type: "rsa" }),
  ];
  for (const key of gpg) accepted.push(await gpgCommit(keyring, key));
  for (const key of ssh) accepted.push(await sshCommit(keyring, key));
  trust = await trustIn({
    keyring: gpg.map(({ publicKey }) => publicKey),
    allowedSigners: ssh.map(({ publicKey }) => `${ALICE.email} ${publicKey}\n`).join(""),
  });
  const payload = payloadOf();
  armored = await Promise.all(gpg.map(async (key) => await gpgSign(keyring, key, payload)));
  for (const key of ssh) armored.push(await keyring.sshSign(key, payload));
});
afterAll(async () => {
  await keyring.dispose();
});

const flip = (bytes: Buffer, bit: number): Buffer => {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
};

/** Where the bit counts of a packet's integers stand, from `start` to its end: several counts mean one number. */
function integerCounts(body: Buffer, start: number): number[] {
  const counts: number[] = [];
  for (let at = start; at < body.length; at += 2 + Math.ceil(body.readUInt16BE(at) / 8))
    counts.push(at, at + 1);
  return counts;
}

/** One position in `length`, evenly over objects of different sizes. */
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("a flipped bit", () => {
  it("of any accepted object is refused under the object's id", () => {
    for (const raw of accepted) expect(verifyRaw(raw, trust)).toMatchObject({ reason: "good" });
    const property = fc.property(fc.nat({ max: accepted.length - 1 }), position, (index, at) => {
      const raw = accepted[index] ?? Buffer.alloc(0);
      const oid = objectId("commit", raw, "sha1");
      const flipped = flip(raw, Math.floor(at * raw.length * 8));
      return verifyObject({ type: "commit", oid, raw: flipped }, trust, NOW).verdict === "bad";
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("of the signed part is refused even where the id is made to fit", () => {
    const property = fc.property(fc.nat({ max: accepted.length - 1 }), position, (index, at) => {
      const raw = accepted[index] ?? Buffer.alloc(0);
      const signature = { start: raw.indexOf("gpgsig"), end: raw.indexOf("\n\nChange") };
      const bit = Math.floor(at * raw.length * 8);
      fc.pre(bit >> 3 < signature.start || bit >> 3 > signature.end + 1);
      return verifyRaw(flip(raw, bit), trust).verdict !== "good";
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("of an OpenPGP signature is refused wherever it is signed or part of the mathematics", () => {
    for (const text of armored.slice(0, 2)) {
      const body = Buffer.from(/\n\n([\s\S]*?)\n=/.exec(text)?.[1] ?? "", "base64");
      const withBody = (bytes: Buffer): string =>
        `-----BEGIN PGP SIGNATURE-----\n\n${bytes.toString("base64")}\n-----END PGP SIGNATURE-----\n`;
      expect(verifyRaw(withSignature(payloadOf(), withBody(body)), trust)).toMatchObject({
        reason: "good",
      });
      // Old-format header with one or two length octets, then version, three algorithms and types, and the hashed area.
      const start = ((body[0] ?? 0) & 3) === 0 ? 2 : 3;
      const unhashed = start + 6 + body.readUInt16BE(start + 4);
      const value = unhashed + 2 + body.readUInt16BE(unhashed) + 2;
      const counts = integerCounts(body, value);
      const counted = (byte: number): boolean => byte < unhashed || (byte >= value && !counts.includes(byte));
      const bit = fc.nat({ max: body.length * 8 - 1 }).filter((at) => counted(at >> 3));
      const property = fc.property(bit, (at) => {
        const raw = withSignature(payloadOf(), withBody(flip(body, at)));
        return verifyRaw(raw, trust).verdict !== "good";
      });
      fc.assert(property, { numRuns: 400 });
    }
  });
});

describe("hostile input", () => {
  /** Runs a parser that may refuse, and may do nothing else. */
  const refusesOrReads = (parse: () => unknown): boolean => {
    try {
      parse();
      return true;
    } catch (error) {
      return error instanceof SignatureRefusal;
    }
  };

  it("makes the parsers refuse or read, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const wrapped = (label: string): Buffer =>
          Buffer.from(
            `-----BEGIN ${label}-----\n\n${Buffer.from(bytes).toString("base64")}\n-----END ${label}-----\n`,
          );
        return [
          () => readSignaturePacket(bytes),
          () => readSignatureArmor(bytes),
          () => readSignatureArmor(wrapped("PGP SIGNATURE")),
          () => readSshSignature(bytes),
          () => readSshSignature(wrapped("SSH SIGNATURE")),
          () => readSshKey(bytes),
        ].every(refusesOrReads);
      }),
      { numRuns: 2000 },
    );
  });

  it("makes the parsers refuse or read damaged real signatures", () => {
    const edit = fc.record({
      index: fc.nat({ max: 4 }),
      at: position,
      byte: fc.nat({ max: 255 }),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(edit, ({ index, at, byte, cut }) => {
        const bytes = Buffer.from(armored[index] ?? "");
        const place = Math.floor(at * bytes.length);
        const damaged = cut ? bytes.subarray(0, place) : bytes.fill(byte, place, place + 1);
        return (
          refusesOrReads(() => {
            readSignaturePacket(readSignatureArmor(damaged));
          }) && refusesOrReads(() => readSshSignature(damaged))
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("gives a documented verdict on any object, and never a good one", () => {
    const piece = fc.constantFrom(
      "tree 4\n",
      "author a <a@a> 1 +0000\n",
      "committer a <a@a> 1 +0000\n",
      "gpgsig ",
      "gpgsig-sha256 x\n",
      " ",
      "\n",
      "\0",
      "-----BEGIN PGP SIGNATURE-----\n",
      "-----BEGIN SSH SIGNATURE-----\n",
      "-----END SSH SIGNATURE-----\n",
      "AAAA",
    );
    const property = fc.property(
      fc.array(piece, { maxLength: 20 }),
      fc.constantFrom("commit", "tag"),
      (pieces, type) => {
        const { verdict, reason } = verifyRaw(Buffer.from(pieces.join("")), trust, { type });
        return verdict !== "good" && reason !== "internal-error" && reason in REASONS;
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it("is not given memory or time for lengths that it only claims", () => {
    const huge = Buffer.from([0xc2, 0xff, 0xff, 0xff, 0xff, 0xff, 4]);
    const text = `-----BEGIN PGP SIGNATURE-----\n\n${huge.toString("base64")}\n-----END PGP SIGNATURE-----\n`;
    expect(() => readSignatureArmor(Buffer.from(text))).toThrow(SignatureRefusal);
  });

  it("is answered in linear time where regular expressions would take for ever", () => {
    const [n, label] = [300_000, "PGP SIGNATURE"];
    const armors = [
      `-----BEGIN ${label}-----\n`.repeat(n / 10),
      `-----BEGIN ${label}-----${" ".repeat(n)}x\n`,
      `-----BEGIN ${label}-----\n\n${" ".repeat(n)}x\n-----END ${label}-----\n`,
      `-----BEGIN ${label}-----\n${"a".repeat(n)}\n\n-----END ${label}-----\n`,
      `-----BEGIN SSH SIGNATURE-----\n${"\n".repeat(n)}x`,
    ];
    const started = process.hrtime.bigint();
    for (const text of armors) {
      const raw = withSignature(payloadOf(), text);
      expect(verifyRaw(raw, trust).verdict).toBe("bad");
      const told = { oid: "0".repeat(40), payload: payloadOf(), signature: `${"\n".repeat(n)}${text}` };
      expect(rebuildCommit(told)).toBeNull();
    }
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(10_000);
  });
});
