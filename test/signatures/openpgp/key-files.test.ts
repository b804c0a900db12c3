import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readCertificates } from "../../../src/signatures/openpgp.js";
import { userIdText } from "../../../src/signatures/pgp/certificate/user-id.js";
import { createKeyring, type GpgKey, type Keyring } from "../../support/signing.js";
import { ALICE, gpgCommit, trustIn, verifyRaw } from "../support.js";
import {
  armor,
  armoredKey,
  craftKey,
  keyPacket,
  overUserId,
  packet,
  subpacket,
  uint,
  userIdPacket,
  type CraftedKey,
} from "./crafted.js";
import { stopwatch } from "../../support/stopwatch.js";

let keyring: Keyring;
let alice: GpgKey;
let bob: GpgKey;
beforeAll(async () => {
  keyring = await createKeyring();
  [alice, bob] = [await keyring.gpgKey(ALICE), await keyring.gpgKey({ name: "Bob", email: "bob@a.example" })];
});
afterAll(async () => {
  await keyring.dispose();
});

const USER_ID = `Alice <${ALICE.email}>`;
const key = craftKey();
const packetsOf = (one: CraftedKey): Buffer =>
  Buffer.concat([keyPacket(one), userIdPacket(USER_ID), overUserId(one, USER_ID)]);
const fingerprints = async (text: string): Promise<string[]> =>
  (await readCertificates(text)).certificates.map(({ primary }) => primary.fingerprint);
const binary = async (...fingerprint: readonly string[]): Promise<string> =>
  (await keyring.gpg(["--export", ...fingerprint])).toString("latin1");

describe("files of keys", () => {
  it("hold one block or several, with whatever text between", async () => {
    const both = [alice.fingerprint, bob.fingerprint];
    const text = `# The team\n${alice.publicKey}\nand\n\n${bob.publicKey}`;
    expect(await fingerprints(text)).toEqual(both);
    expect(await fingerprints(text.replaceAll("\n", "\r\n"))).toEqual(both);
    const one = await keyring.gpg(["--armor", "--export", ...both]);
    expect((await fingerprints(one.toString("latin1"))).toSorted()).toEqual(both.toSorted());
    expect(await fingerprints(`> quoted -----BEGIN PGP PUBLIC KEY BLOCK-----\n${alice.publicKey}`)).toEqual([
      alice.fingerprint,
    ]);
  });

  it("may be binary exports", async () => {
    const text = await binary(alice.fingerprint, bob.fingerprint);
    expect((await fingerprints(text)).toSorted()).toEqual([alice.fingerprint, bob.fingerprint].toSorted());
    const raw = await gpgCommit(keyring, alice);
    expect(verifyRaw(raw, await trustIn({ keyring: [text] }))).toMatchObject({ reason: "good" });
  });

  it.each([
    ["a block that is damaged", () => alice.publicKey.replace(/\n[^\n=]{10,}\n/, "\n")],
    ["a critical packet that nobody knows", () => armoredKey(packetsOf(key), packet(30, Buffer.from("x")))],
    ["a key of an old version", () => armoredKey(packet(6, Buffer.from([3, 0, 0, 0, 0, 0, 0, 1])))],
    ["an empty key", () => armoredKey(packet(6, Buffer.alloc(0)))],
    ["a private key", () => armoredKey(packet(5, key.body))],
    ["no key", () => armoredKey(packet(13, Buffer.from("x")))],
  ])("lose no other key by %s, and name it", async (_, broken) => {
    const reading = await readCertificates(`${broken()}\n${alice.publicKey}`);
    expect(reading.certificates.map(({ primary }) => primary.fingerprint)).toEqual([alice.fingerprint]);
    expect(reading.problems).toEqual([expect.stringMatching(/\.$/)]);
  });

  it("keep the keys before and after a bad one of the same block", async () => {
    const bad = Buffer.concat([keyPacket(craftKey()), packet(30, Buffer.from("x"))]);
    const [one, other] = [craftKey(), craftKey()];
    const text = armoredKey(packetsOf(one), bad, packetsOf(other));
    expect((await fingerprints(text)).map((name) => name.toLowerCase())).toEqual([
      one.fingerprint,
      other.fingerprint,
    ]);
  });

  it("are not believed in the key where they are cut off, but before", async () => {
    const bytes = Buffer.concat([packetsOf(key), packetsOf(craftKey())]);
    const reading = await readCertificates(armor("PUBLIC KEY BLOCK", bytes.subarray(0, bytes.length - 5)));
    expect(reading.certificates.map(({ primary }) => primary.keyId)).toEqual([key.keyId]);
    expect(reading.problems).toHaveLength(1);
  });

  it("name private keys, and read the public ones beside them", async () => {
    const secret = (await keyring.gpg(["--armor", "--export-secret-keys", alice.fingerprint])).toString();
    const reading = await readCertificates(`${secret}\n${bob.publicKey}`);
    expect(reading.certificates.map(({ primary }) => primary.fingerprint)).toEqual([bob.fingerprint]);
    expect(reading.problems).toEqual([expect.stringContaining("private key")]);
  });

  it.each([
    ["a length is not said", (text: string) => text],
    ["an armor header is none", (text: string) => text.replace("\n\n", "\nno header\n\n")],
  ])("are read by openpgp.js where %s, and verified as ever", async (_, change) => {
    const certification = overUserId(key, USER_ID).subarray(6);
    // Old format, indeterminate length (RFC 9580, section 4.2.2.4); `packet` writes headers of six octets.
    const endless = (body: Buffer): Buffer => Buffer.concat([Buffer.from([0x8b]), body]);
    const read = async (statement: Buffer) =>
      await readCertificates(change(armoredKey(keyPacket(key), userIdPacket(USER_ID), endless(statement))));
    const { certificates, problems } = await read(certification);
    expect(problems).toEqual([]);
    expect(certificates.map(({ primary }) => primary.keyId)).toEqual([key.keyId]);
    expect(certificates[0]?.userIds).toMatchObject([{ email: ALICE.email, certifications: [{}] }]);
    const forged = Buffer.from(certification).fill(1, certification.length - 9);
    expect((await read(forged)).certificates[0]?.userIds).toMatchObject([{ certifications: [] }]);
  });

  it("are read by nobody where the checksum is wrong: a revocation may be what was lost", async () => {
    const { certificates, problems } = await readCertificates(
      armoredKey(packetsOf(key)).replace(/\n=.{4}/, "\n=AAAA"),
    );
    expect([certificates, problems]).toEqual([[], [expect.stringContaining("checksum")]]);
  });

  it("pass over what others say, be it in the thousands, in little time", async () => {
    const [stranger, many] = [craftKey(), 20_000];
    const certification = overUserId(key, USER_ID, {}, stranger);
    const flood = Buffer.concat(Array.from({ length: many }, () => certification));
    const text = armoredKey(packetsOf(key), flood);
    const spent = stopwatch();
    const reading = await readCertificates(text);
    expect(spent()).toBeLessThan(3000);
    expect(reading.certificates[0]?.userIds[0]?.certifications).toHaveLength(1);
  });

  it("do not make work by what claims to be the owner's", async () => {
    const forged = overUserId(key, USER_ID, { material: (made) => made.fill(1, 5, 9) });
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => forged));
    const spent = stopwatch();
    const reading = await readCertificates(armoredKey(packetsOf(key), flood));
    expect(spent()).toBeLessThan(3000);
    expect(reading).toEqual({ certificates: [], problems: [expect.stringContaining("too much")] });
  });

  it("are answered in linear time where many blocks begin and none ends", async () => {
    const spent = stopwatch();
    await readCertificates("-----BEGIN PGP PUBLIC KEY BLOCK-----\n".repeat(100_000));
    await readCertificates("x-----BEGIN PGP PUBLIC KEY BLOCK-----".repeat(100_000));
    expect(spent()).toBeLessThan(3000);
  });
});

describe("damaged keys", () => {
  it("trust nothing that the owner did not sign: any flipped bit takes the signature's trust, or is not signed", async () => {
    const made = await gpgCommit(keyring, alice);
    const bytes = Buffer.from(await binary(alice.fingerprint), "latin1");
    const bits = fc.nat({ max: bytes.length * 8 - 1 });
    const property = fc.asyncProperty(bits, async (bit) => {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const trust = await trustIn({ keyring: [armor("PUBLIC KEY BLOCK", flipped)] });
      const { verdict, identity, reason } = verifyRaw(made, trust);
      // The unsigned area and bit counts may change; what is believed may not.
      return verdict !== "good" ? reason !== "internal-error" : identity === "committer";
    });
    await fc.assert(property, { numRuns: 400 });
  });

  it("make problems, and never a crash, whatever they hold", async () => {
    const piece = fc.oneof(
      fc.constantFrom(packetsOf(key), keyPacket(key), userIdPacket("x"), overUserId(key, "x")),
      fc.tuple(fc.nat({ max: 63 }), fc.uint8Array({ maxLength: 80 })).map(([tag, body]) => packet(tag, body)),
      fc
        .uint8Array({ maxLength: 40 })
        .map((area) => packet(2, Buffer.concat([Buffer.from([4, 0x13, 22, 8]), uint(area.length, 2), area]))),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    );
    const property = fc.asyncProperty(
      fc.array(piece, { maxLength: 8 }),
      fc.boolean(),
      async (pieces, armored) => {
        const bytes = Buffer.concat(pieces);
        const reading = await readCertificates(armored ? armoredKey(bytes) : bytes.toString("latin1"));
        return reading.problems.every((problem) => problem.endsWith("."));
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it("take user ids in other encodings octet by octet", () => {
    const texts = [[0xfc], [0xfd], [0xc3, 0xbc], [0xef, 0xbf, 0xbd]].map((bytes) =>
      userIdText(Uint8Array.from(bytes)),
    );
    expect(texts).toEqual(["\u00fc", "\u00fd", "\u00fc", "\ufffd"]);
  });

  it("say nothing by an area of subpackets that is not one", async () => {
    const more = [subpacket(9, Buffer.from([1])), subpacket(27, Buffer.alloc(0))];
    const text = armoredKey(keyPacket(key), userIdPacket(USER_ID), overUserId(key, USER_ID, { more }));
    expect((await readCertificates(text)).certificates[0]?.userIds[0]?.certifications).toEqual([]);
  });
});
