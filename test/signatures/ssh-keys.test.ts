/** Keys and numbers in forms that ssh-keygen does not write: each key and signature has one encoding here. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { STRICT_RULES } from "../../src/signatures/rules.js";
import { readSshKey } from "../../src/signatures/ssh.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { armored, signedFrame, sshsigBody, wireString } from "./make/ssh-in-software.js";
import { mpint } from "./ssh-device.js";
import { isGoodForSshKeygen } from "./ssh-reference.js";
import { ALICE, payloadOf, SIGNED_AT, sshCommit, trustIn, verifyRaw, withSignature } from "./support.js";

const payload = payloadOf();

async function compared(blob: Buffer, type: string, signature: Buffer): Promise<[string, boolean]> {
  const allowedSigners = `${ALICE.email} ${type} ${blob.toString("base64")}\n`;
  const text = armored(sshsigBody(blob, signature));
  const { reason } = verifyRaw(withSignature(payload, text), await trustIn({ allowedSigners }));
  return [reason, await isGoodForSshKeygen({ allowedSigners, payload, signature: text })];
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const numberOf = (key: KeyObject, name: "n" | "e"): Buffer =>
  Buffer.from(key.export({ format: "jwk" })[name] ?? "", "base64url");
const rsaBlob = (n: Buffer, e = mpint(numberOf(rsa.publicKey, "e"))): Buffer =>
  Buffer.concat([wireString("ssh-rsa"), e, n]);
const modulus = numberOf(rsa.publicKey, "n");
const zero = Buffer.alloc(1);

describe("an RSA key and signature", () => {
  const value = sign("sha512", signedFrame(payload), rsa.privateKey);
  const blob = rsaBlob(mpint(modulus));
  const signature = (algorithm: string, bytes: Uint8Array): Buffer =>
    Buffer.concat([wireString(algorithm), wireString(bytes)]);

  it.each<[string, Buffer, Buffer, string, boolean]>([
    ["as they should be", blob, signature("rsa-sha2-512", value), "good", true],
    ["under another hash's name", blob, signature("rsa-sha2-256", value), "signature-invalid", false],
    ["under SHA-1's name", blob, signature("ssh-rsa", value), "weak-digest", false],
    ["under another key's name", blob, signature("ssh-ed25519", value), "signature-invalid", false],
    [
      "longer than the key",
      blob,
      signature("rsa-sha2-512", Buffer.concat([zero, value])),
      "signature-invalid",
      false,
    ],
    [
      "with more behind",
      blob,
      Buffer.concat([signature("rsa-sha2-512", value), zero]),
      "signature-malformed",
      false,
    ],
    [
      "of a key with bytes behind",
      Buffer.concat([blob, zero]),
      signature("rsa-sha2-512", value),
      "algorithm-unsupported",
      false,
    ],
    // A second encoding that ssh-keygen reads, and that no list of revoked keys would hold.
    [
      "of a key with zeros in front",
      rsaBlob(wireString(Buffer.concat([zero, zero, modulus]))),
      signature("rsa-sha2-512", value),
      "algorithm-unsupported",
      true,
    ],
    [
      "of a negative key",
      rsaBlob(wireString(modulus)),
      signature("rsa-sha2-512", value),
      "algorithm-unsupported",
      false,
    ],
  ])("%s", async (_, key, made, reason, theirs) => {
    expect(await compared(key, "ssh-rsa", made)).toEqual([reason, theirs]);
  });

  it.each<[string, Buffer, string]>([
    ["the exponent 1", rsaBlob(mpint(modulus), mpint(Buffer.from([1]))), "unsupported"],
    ["an even exponent", rsaBlob(mpint(modulus), mpint(Buffer.from([1, 0]))), "unsupported"],
    ["the exponent 3", rsaBlob(mpint(modulus), mpint(Buffer.from([3]))), "rsa"],
    ["an exponent of 33 bytes", rsaBlob(mpint(modulus), mpint(Buffer.alloc(33, 1))), "unsupported"],
    ["16384 bits", rsaBlob(mpint(Buffer.alloc(2048, 0xff))), "rsa"],
    [
      "16385 bits",
      rsaBlob(mpint(Buffer.concat([Buffer.from([1]), Buffer.alloc(2048, 0xff)]))),
      "unsupported",
    ],
    [
      "numbers of a private key, too",
      Buffer.concat([blob, ...Array<Buffer>(4).fill(mpint(modulus))]),
      "unsupported",
    ],
  ])("with %s: %#", (_, key, kind) => {
    expect(readSshKey(key).kind).toBe(kind);
  });

  it("has its length in bits", () => {
    for (const [top, bits] of [
      [0x01, 2041],
      [0x7f, 2047],
      [0x80, 2048],
    ] as const)
      expect(readSshKey(rsaBlob(mpint(Buffer.from([top, ...Buffer.alloc(255, 1)]))))).toMatchObject({ bits });
  });
});

describe("an ECDSA key and signature", () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = pair.publicKey.export({ format: "jwk" });
  const [left, right] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  const keyOf = (point: Buffer, curve = "nistp256"): Buffer =>
    Buffer.concat(["ecdsa-sha2-nistp256", curve, point].map(wireString));
  const plain = keyOf(Buffer.concat([Buffer.from([4]), left, right]));
  /** One whose numbers both would look negative without a zero in front. */
  const value = (() => {
    for (;;) {
      const made = sign("sha256", signedFrame(payload), { key: pair.privateKey, dsaEncoding: "ieee-p1363" });
      if ((made[0] ?? 0) >= 0x80 && (made[32] ?? 0) >= 0x80) return made;
    }
  })();
  const [r, s] = [value.subarray(0, 32), value.subarray(32)];
  const signature = (...numbers: Buffer[]): Buffer =>
    Buffer.concat([wireString("ecdsa-sha2-nistp256"), wireString(Buffer.concat(numbers))]);

  it.each<[string, Buffer, Buffer, string, boolean]>([
    ["as they should be", plain, signature(mpint(r), mpint(s)), "good", true],
    [
      "with zeros in front",
      plain,
      signature(wireString(Buffer.concat([zero, zero, r])), mpint(s)),
      "good",
      true,
    ],
    ["with a negative number", plain, signature(wireString(r), mpint(s)), "signature-malformed", false],
    ["with a third number", plain, signature(mpint(r), mpint(s), mpint(s)), "signature-malformed", false],
    ["with the number 0", plain, signature(wireString(""), mpint(s)), "signature-invalid", false],
    ["with the numbers changed over", plain, signature(mpint(s), mpint(r)), "signature-invalid", false],
    [
      "of a point in short form",
      keyOf(Buffer.concat([Buffer.from([2 + ((right[31] ?? 0) & 1)]), left])),
      signature(mpint(r), mpint(s)),
      "algorithm-unsupported",
      false,
    ],
    [
      "of another curve's name",
      keyOf(Buffer.concat([Buffer.from([4]), left, right]), "nistp384"),
      signature(mpint(r), mpint(s)),
      "algorithm-unsupported",
      false,
    ],
    [
      "of a point off the curve",
      keyOf(Buffer.concat([Buffer.from([4]), left, left])),
      signature(mpint(r), mpint(s)),
      "algorithm-unsupported",
      false,
    ],
  ])("%s", async (_, key, made, reason, theirs) => {
    expect(await compared(key, "ecdsa-sha2-nistp256", made)).toEqual([reason, theirs]);
  });
});

describe("an Ed25519 key", () => {
  it("that starts with zero is read", () => {
    const blob = Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(32))]);
    expect(readSshKey(blob).kind).toBe("ed25519");
    for (const length of [0, 31, 33, 64]) {
      const other = Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(length))]);
      expect(readSshKey(other).kind).toBe("unsupported");
    }
  });
});

describe("a weak RSA key", () => {
  let keyring: Keyring;
  beforeAll(async () => {
    keyring = await createKeyring();
  });
  afterAll(async () => {
    await keyring.dispose();
  });

  it("is let through in history where the policy says so, and named", async () => {
    const key = await keyring.sshKey({ type: "rsa", bits: 1024 });
    const raw = await sshCommit(keyring, key);
    const trust = await trustIn({ allowedSigners: `${ALICE.email} ${key.publicKey}\n` });
    const signed = SIGNED_AT.getTime() / 1000;
    const reasonWith = (signedBefore: number) => {
      const legacy = { allow: ["rsa-below-2048"], signedBefore } as const;
      return verifyRaw(raw, trust, { rules: { ...STRICT_RULES, legacy } });
    };
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "weak-key", weaknesses: ["rsa-below-2048"] });
    expect(reasonWith(signed)).toMatchObject({ reason: "weak-key" });
    expect(reasonWith(signed + 1)).toMatchObject({
      verdict: "good",
      reason: "good-weak-algorithm",
      weaknesses: ["rsa-below-2048"],
    });
  });
});
