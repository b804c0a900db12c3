import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { STRICT_RULES, type SignatureRules, type Weakness } from "../../../src/signatures/rules.js";
import { readKeyMaterial } from "../../../src/signatures/pgp/public-key.js";
import { createKeyring, type Keyring } from "../../support/signing.js";
import { ALICE, SIGNED_AT, gpgCommit, payloadOf, trustIn, verifyRaw, withSignature } from "../support.js";
import {
  armoredKey,
  craftKey,
  keyPacket,
  mpi,
  overUserId,
  seconds,
  signatureOver,
  userIdPacket,
  type CraftedKey,
  type Digest,
} from "./crafted.js";

let keyring: Keyring;
beforeAll(async () => {
  keyring = await createKeyring();
});
afterAll(async () => {
  await keyring.dispose();
});

const USER_ID = `Alice <${ALICE.email}>`;
const publicKeyOf = (key: CraftedKey): string =>
  armoredKey(keyPacket(key), userIdPacket(USER_ID), overUserId(key, USER_ID));

const allowing = (allow: readonly Weakness[], before = "2024-06-01T00:00:00Z"): SignatureRules => ({
  ...STRICT_RULES,
  legacy: { allow, signedBefore: seconds(before) },
});

describe("old algorithms", () => {
  const rsa = craftKey("rsa");
  const short = craftKey("rsa", { bits: 1024 });

  it.each<[Digest, Weakness]>([
    ["md5", "md5"],
    ["sha1", "sha1"],
    ["ripemd160", "ripemd160"],
  ])("refuse %s by name, unless the policy lets it through for history", async (digest, weakness) => {
    const raw = withSignature(payloadOf(), signatureOver(rsa, payloadOf(), { digest }));
    const trust = await trustIn({ keyring: [publicKeyOf(rsa)] });
    const found = { weaknesses: [weakness] };
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "weak-digest", ...found });
    const allowed = { rules: allowing([weakness]) };
    expect(verifyRaw(raw, trust, allowed)).toMatchObject({ reason: "good-weak-algorithm", ...found });
    const tooLate = { rules: allowing([weakness], "2023-01-01T00:00:00Z") };
    expect(verifyRaw(raw, trust, tooLate)).toMatchObject({ reason: "weak-digest" });
    // What is let through is still checked.
    const other = withSignature(
      payloadOf(),
      signatureOver(rsa, payloadOf({ message: "Other\n" }), { digest }),
    );
    expect(verifyRaw(other, trust, allowed)).toMatchObject({ reason: "signature-invalid" });
  });

  it("refuse short RSA keys by name, alike", async () => {
    const raw = withSignature(payloadOf(), signatureOver(short, payloadOf()));
    const trust = await trustIn({ keyring: [publicKeyOf(short)] });
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "weak-key", weaknesses: ["rsa-below-2048"] });
    const allowed = { rules: allowing(["rsa-below-2048"]) };
    expect(verifyRaw(raw, trust, allowed)).toMatchObject({ reason: "good-weak-algorithm" });
    const both = withSignature(payloadOf(), signatureOver(short, payloadOf(), { digest: "sha1" }));
    expect(verifyRaw(both, trust, allowed)).toMatchObject({ reason: "weak-digest" });
  });

  it("refuse short DSA keys, and long ones where the policy says so", async () => {
    const make = async (algo: string) => {
      const key = await keyring.gpgKey({ ...ALICE, algo });
      const raw = await gpgCommit(keyring, key, { args: ["--digest-algo", "SHA256"] });
      return { raw, trust: await trustIn({ keyring: [key.publicKey] }) };
    };
    const [old, long] = [await make("dsa1024"), await make("dsa2048")];
    expect(verifyRaw(old.raw, old.trust)).toMatchObject({
      reason: "weak-key",
      weaknesses: ["dsa-below-2048"],
    });
    const allowed = { rules: allowing(["dsa-below-2048"]) };
    expect(verifyRaw(old.raw, old.trust, allowed)).toMatchObject({ reason: "good-weak-algorithm" });
    const refused = { rules: { ...STRICT_RULES, dsa: "refuse" } as const };
    expect(verifyRaw(long.raw, long.trust, refused)).toMatchObject({ reason: "weak-key" });
    const tampered = Buffer.concat([long.raw, Buffer.from("x")]);
    expect(verifyRaw(tampered, long.trust)).toMatchObject({ reason: "signature-invalid" });
  });
});

describe("algorithm ids", () => {
  it.each([
    ["RSA that only signs, of a key that may do more", "rsa", 3, "good"],
    ["ECDSA of an RSA key", "rsa", 19, "signature-invalid"],
    ["Ed25519 of an EdDSA key", "ed25519-legacy", 27, "signature-invalid"],
    ["an unknown one", "ed25519-legacy", 99, "signature-invalid"],
  ] as const)("%s", async (_, kind, algorithm, reason) => {
    const key = craftKey(kind);
    const raw = withSignature(payloadOf(), signatureOver(key, payloadOf(), { algorithm }));
    expect(verifyRaw(raw, await trustIn({ keyring: [publicKeyOf(key)] }))).toMatchObject({ reason });
  });

  it.each([
    ["ECDSA on a curve that can be broken", 19, `052b81040006${"001d04" + "00".repeat(28)}`],
    ["ECDSA with a point that is not on its curve", 19, `082a8648ce3d030107${"020304" + "01".repeat(64)}`],
    ["ECDSA with a compressed point", 19, `082a8648ce3d030107${"010802" + "01".repeat(32)}`],
    ["EdDSA on another curve", 22, `032b6571${"01c740" + "01".repeat(57)}`],
    ["EdDSA without its prefix", 22, `092b06010401da470f01${"0100" + "01".repeat(32)}`],
    ["RSA with an exponent of one", 1, Buffer.concat([mpi(Buffer.alloc(256, 255)), mpi(Buffer.from([1]))])],
    [
      "RSA of a size that nobody has",
      1,
      Buffer.concat([mpi(Buffer.alloc(4096, 255)), mpi(Buffer.from([3]))]),
    ],
    [
      "DSA with an order of another size",
      17,
      Buffer.concat([256, 8, 256, 256].map((n) => mpi(Buffer.alloc(n, 3)))),
    ],
    ["an encryption key", 18, ""],
    ["octets after the key", 27, "01".repeat(33)],
    ["a key that is cut off", 27, "01".repeat(31)],
  ])("%s verifies nothing", (_, algorithm, fields) => {
    const bytes = typeof fields === "string" ? Buffer.from(fields, "hex") : fields;
    expect(readKeyMaterial(algorithm, bytes)).toEqual({ kind: "unsupported", algorithm });
  });

  it("says of a key that cannot be used that it is not supported", async () => {
    const key = craftKey("nistp256");
    const other = {
      ...key,
      body: Buffer.from(key.body.toString("hex").replace("2a8648ce3d030107", "2a8648ce3d030101"), "hex"),
    };
    const { hashedKey } = await import("./crafted.js");
    const { createHash } = await import("node:crypto");
    const fingerprint = createHash("sha1").update(hashedKey(other)).digest("hex");
    const unusable = { ...other, fingerprint, keyId: fingerprint.slice(-16) };
    const raw = withSignature(
      payloadOf(),
      signatureOver(unusable, payloadOf(), { created: seconds(SIGNED_AT) }),
    );
    expect(verifyRaw(raw, await trustIn({ keyring: [publicKeyOf(unusable)] }))).toMatchObject({
      verdict: "bad",
      reason: "algorithm-unsupported",
    });
  });
});
