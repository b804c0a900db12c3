/** Security keys (PROTOCOL.u2f): made in software, verified beside real ssh-keygen. */
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readPublicKeyLine } from "../../src/signatures/openssh/public-key-line.js";
import { STRICT_RULES } from "../../src/signatures/rules.js";
import { run } from "../support/run.js";
import { createKeyring, type Keyring, type SshKey } from "../support/signing.js";
import { device, type Device, type DeviceUse } from "./ssh-device.js";
import { isGoodForSshKeygen } from "./ssh-reference.js";
import { ALICE, payloadOf, trustIn, verifyRaw, withSignature } from "./support.js";

const payload = payloadOf();
const REQUIRED = { ...STRICT_RULES, userVerification: "required" } as const;
const [TOUCHED, VERIFIED] = [1, 5];

let keyring: Keyring;
let authority: SshKey;
beforeAll(async () => {
  keyring = await createKeyring();
  authority = await keyring.sshKey();
});
afterAll(async () => {
  await keyring.dispose();
});

const listing = (key: Device): string => `${ALICE.email} ${key.publicKey}\n`;

async function verdictOn(key: Device, use: DeviceUse = {}, options: { rules?: typeof REQUIRED } = {}) {
  const trust = await trustIn({ allowedSigners: listing(key) });
  return verifyRaw(withSignature(payload, key.sign(payload, use)), trust, options);
}

const theirs = async (key: Device, use: DeviceUse = {}): Promise<boolean> =>
  await isGoodForSshKeygen({ allowedSigners: listing(key), payload, signature: key.sign(payload, use) });

describe.each(["ed25519", "ecdsa"] as const)("a security key with %s", (kind) => {
  it.each([
    [TOUCHED, "good", "user-verification-missing"],
    [VERIFIED, "good", "good"],
    [0, "user-presence-missing", "user-presence-missing"],
    [4, "user-presence-missing", "user-presence-missing"],
  ])(
    "and the flags %i is %s, and %s where the policy requires verification",
    async (flags, reason, strict) => {
      const key = device(kind);
      expect(await verdictOn(key, { flags })).toMatchObject({
        reason,
        securityKey: { userPresent: (flags & 1) !== 0, userVerified: (flags & 4) !== 0 },
      });
      expect(await verdictOn(key, { flags }, { rules: REQUIRED })).toMatchObject({ reason: strict });
      // ssh-keygen reports the flags and leaves them to the caller; git looks at none of them.
      expect(await theirs(key, { flags })).toBe(true);
    },
  );

  it("signs for one application only", async () => {
    const [key, trusted] = [device(kind), device(kind)];
    const elsewhere = Buffer.concat([key.blob.subarray(0, -4), Buffer.from("web:")]);
    const allowedSigners = `${ALICE.email} ${trusted.publicKey.split(" ")[0] ?? ""} ${elsewhere.toString("base64")}\n`;
    const signature = key.sign(payload, { embedded: elsewhere });
    const verdict = verifyRaw(withSignature(payload, signature), await trustIn({ allowedSigners }));
    expect(verdict).toMatchObject({ reason: "signature-invalid" });
    expect(await isGoodForSshKeygen({ allowedSigners, payload, signature })).toBe(false);
  });
});

describe("a signature made in a browser", () => {
  const key = device("ecdsa");
  it.each<[string, DeviceUse, boolean]>([
    ["as it should be", { webauthn: {} }, true],
    ["with PIN or finger checked", { flags: VERIFIED, webauthn: {} }, true],
    ["with extensions", { flags: 0x81, webauthn: { extensions: Buffer.from([0xa0]) } }, true],
    ["with extensions that the flags do not tell", { webauthn: { extensions: Buffer.from([0xa0]) } }, false],
    ["without extensions that the flags tell", { flags: 0x81, webauthn: {} }, false],
    ["with attested data", { flags: 0x41, webauthn: {} }, false],
    ["with a quote in its origin", { webauthn: { origin: 'https://a.example","x":"' } }, false],
    ["for a registration", { webauthn: { clientData: (text) => text.replace("get", "create") } }, false],
    ["over another challenge", { webauthn: { clientData: (text) => text.replace(/e":"./, 'e":"_') } }, false],
    ["with the challenge later on", { webauthn: { clientData: (text) => `{"a":1,${text.slice(1)}` } }, false],
    [
      "with more in its client data",
      { webauthn: { clientData: (text) => `${text.slice(0, -1)},"b":2}` } },
      true,
    ],
  ])("%s", async (_, use, good) => {
    expect((await verdictOn(key, use)).reason).toBe(good ? "good" : "signature-invalid");
    expect(await theirs(key, use)).toBe(good);
  });

  it("needs a touch, too", async () => {
    expect(await verdictOn(key, { flags: 0, webauthn: {} })).toMatchObject({
      reason: "user-presence-missing",
    });
  });

  it("is none of a key with Ed25519", async () => {
    const other = device("ed25519");
    expect(await verdictOn(other, { webauthn: {} })).toMatchObject({ reason: "signature-invalid" });
    expect(await theirs(other, { webauthn: {} })).toBe(false);
  });

  it("is refused whichever bit is flipped", async () => {
    const trust = await trustIn({ allowedSigners: listing(key) });
    const armor = key.sign(payload, { flags: 0x81, webauthn: { extensions: Buffer.from([0xa0]) } });
    const body = Buffer.from(armor.replace(/-----[^-]*-----/g, ""), "base64");
    const withBody = (bytes: Buffer): Buffer =>
      withSignature(
        payload,
        `-----BEGIN SSH SIGNATURE-----\n${bytes.toString("base64")}\n-----END SSH SIGNATURE-----\n`,
      );
    expect(verifyRaw(withBody(body), trust)).toMatchObject({ reason: "good" });
    const property = fc.property(fc.nat({ max: body.length * 8 - 1 }), (bit) => {
      const flipped = Buffer.from(body);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return verifyRaw(withBody(flipped), trust).verdict !== "good";
    });
    fc.assert(property, { numRuns: 600 });
  });
});

describe("a certified security key", () => {
  /** The certificate that real ssh-keygen makes for a device's key. */
  async function certificateOf(key: Device, args: readonly string[]): Promise<Buffer> {
    const path = `${authority.path}-device`;
    await writeFile(`${path}.pub`, `${key.publicKey}\n`);
    await run("ssh-keygen", [
      "-q",
      "-s",
      authority.path,
      "-I",
      "test",
      "-n",
      ALICE.email,
      ...args,
      `${path}.pub`,
    ]);
    return readPublicKeyLine(await readFile(`${path}-cert.pub`, "utf8"))?.blob ?? Buffer.alloc(0);
  }

  it.each<["ed25519" | "ecdsa", string[], number, string]>([
    ["ed25519", [], TOUCHED, "good"],
    ["ecdsa", [], TOUCHED, "good"],
    ["ed25519", ["-O", "no-touch-required"], TOUCHED, "good"],
    ["ed25519", ["-O", "no-touch-required"], 0, "user-presence-missing"],
    ["ed25519", ["-O", "verify-required"], VERIFIED, "good"],
    ["ed25519", ["-O", "verify-required"], TOUCHED, "user-verification-missing"],
    [
      "ecdsa",
      ["-O", "verify-required", "-O", "source-address=10.0.0.0/8"],
      VERIFIED,
      "certificate-restricted",
    ],
  ])("with %s, made with %j, used with the flags %i: %s", async (kind, args, flags, reason) => {
    const key = device(kind);
    const embedded = await certificateOf(key, args);
    const trust = await trustIn({ allowedSigners: `*@a.example cert-authority ${authority.publicKey}\n` });
    const verdict = verifyRaw(withSignature(payload, key.sign(payload, { flags, embedded })), trust);
    expect(verdict).toMatchObject({ reason });
  });
});
