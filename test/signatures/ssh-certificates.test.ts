import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { SignatureVerdict } from "../../src/signatures/index.js";
import { isCertificateSigned, readSshCertificate } from "../../src/signatures/openssh/certificate.js";
import { readPublicKeyLine } from "../../src/signatures/openssh/public-key-line.js";
import { SignatureRefusal } from "../../src/signatures/reasons.js";
import { STRICT_RULES } from "../../src/signatures/rules.js";
import { readSshKey } from "../../src/signatures/ssh.js";
import { createKeyring, type Keyring, type SshCertificateOptions, type SshKey } from "../support/signing.js";
import { wireString } from "./make/ssh-in-software.js";
import { device } from "./ssh-device.js";
import { ALICE, sshCommit, trustIn, verifyRaw } from "./support.js";

interface CertificateFields {
  readonly type: number;
  readonly keyId: string;
  readonly principals: readonly string[];
  readonly conditions: Uint8Array;
  readonly extensions: Uint8Array;
}

/** All of a `sk-ssh-ed25519` certificate (PROTOCOL.certkeys) but the signature, for an authority's key. */
function certificateBody(holder: Buffer, change: Partial<CertificateFields> = {}) {
  const fields = {
    type: 1,
    keyId: "test",
    principals: [ALICE.email],
    conditions: "",
    extensions: "",
    ...change,
  };
  const plainType = wireString("sk-ssh-ed25519@openssh.com").length;
  const uint64 = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(value);
    return bytes;
  };
  return (authority: Uint8Array): Buffer =>
    Buffer.concat([
      wireString("sk-ssh-ed25519-cert-v01@openssh.com"),
      wireString("nonce"),
      holder.subarray(plainType),
      uint64(7n),
      Buffer.from([0, 0, 0, fields.type]),
      wireString(fields.keyId),
      wireString(Buffer.concat(fields.principals.map((name) => wireString(name)))),
      uint64(0n),
      uint64(2n ** 64n - 1n),
      wireString(fields.conditions),
      wireString(fields.extensions),
      wireString(""),
      wireString(authority),
    ]);
}

let keyring: Keyring;
let authority: SshKey;
let alice: SshKey;

beforeAll(async () => {
  keyring = await createKeyring();
  [authority, alice] = [await keyring.sshKey(), await keyring.sshKey()];
});
afterAll(async () => {
  await keyring.dispose();
});

/** The verdict on a commit signed with a certificate for Alice, where the authority is listed with `line`. */
async function verdictOn(
  certificate: Partial<SshCertificateOptions>,
  line = `*@a.example cert-authority ${authority.publicKey}`,
  revokedKeys = "",
): Promise<SignatureVerdict> {
  const key = await keyring.sshCertificate(authority, alice, { principals: [ALICE.email], ...certificate });
  return verifyRaw(await sshCommit(keyring, key), await trustIn({ allowedSigners: line, revokedKeys }));
}

describe("certificates by real ssh-keygen", () => {
  it.each([
    [{ type: "ed25519" }, { type: "ed25519" }],
    [{ type: "ed25519" }, { type: "ecdsa", bits: 256 }],
    [
      { type: "ecdsa", bits: 256 },
      { type: "rsa", bits: 2048 },
    ],
    [
      { type: "ecdsa", bits: 384 },
      { type: "ecdsa", bits: 384 },
    ],
    [{ type: "ecdsa", bits: 521 }, { type: "ed25519" }],
    [
      { type: "rsa", bits: 2048 },
      { type: "ecdsa", bits: 521 },
    ],
  ] as const)("are accepted from an authority with %j for %j", async (issuing, signing) => {
    const [issuer, plain] = [await keyring.sshKey(issuing), await keyring.sshKey(signing)];
    const key = await keyring.sshCertificate(issuer, plain, { principals: ["bob@a.example", ALICE.email] });
    const trust = await trustIn({ allowedSigners: `*@a.example cert-authority ${issuer.publicKey}` });
    expect(verifyRaw(await sshCommit(keyring, key), trust)).toMatchObject({
      reason: "good",
      identity: "committer",
      signer: { fingerprint: plain.fingerprint, principal: ALICE.email, source: "allowed-signers" },
    });
  });

  it("bind to the principal that the authority may name, not to the committer by itself", async () => {
    expect(await verdictOn({ principals: ["mallory@a.example"] })).toMatchObject({
      reason: "good",
      identity: "other",
      signer: { principal: "mallory@a.example" },
    });
    expect(await verdictOn({ principals: ["mallory@b.example"] })).toMatchObject({
      reason: "certificate-principal-mismatch",
    });
    expect(await verdictOn({ principals: [] })).toMatchObject({ reason: "certificate-principal-mismatch" });
  });

  it.each([
    ["20230101:20250101", "good-key-expired-since"],
    ["20230101:20300101", "good"],
    ["20250101:20300101", "certificate-not-yet-valid"],
    ["20220101:20230101", "certificate-expired"],
  ])("valid %s are %s for a commit of 2024", async (validity, reason) => {
    expect(await verdictOn({ validity })).toMatchObject({ reason });
  });

  it("have lapsed with the line that let their authority vouch for them, whatever other lines it has", async () => {
    const lines = ['cert-authority,valid-before="20250101"', "", "cert-authority"].map(
      (options, index) =>
        `${index === 2 ? "bob@a.example" : "*@a.example"} ${options} ${authority.publicKey}`,
    );
    expect(await verdictOn({}, lines.join("\n"))).toMatchObject({
      reason: "good-key-expired-since",
      standing: { atSigning: "good", atEvaluation: "key-expired" },
    });
  });

  it("are refused with conditions, and for hosts", async () => {
    expect(await verdictOn({ args: ["-O", "force-command=true"] })).toMatchObject({
      reason: "certificate-restricted",
    });
    expect(await verdictOn({ args: ["-h"] })).toMatchObject({
      verdict: "bad",
      reason: "certificate-invalid",
    });
  });

  it.each([
    ["", "unknown-key"],
    ["*@a.example KEY", "unknown-key"],
    ['*@a.example cert-authority,namespaces="file" KEY', "namespace-not-allowed"],
    ['*@a.example cert-authority,valid-before="20230101" KEY', "key-expired"],
    ['*@a.example cert-authority,valid-after="20250101" KEY', "key-not-yet-valid"],
    ["*@a.example,!alice@a.example cert-authority KEY", "certificate-principal-mismatch"],
    ["*@a.example cert-authority OWN", "unknown-key"],
    ["*@a.example OWN", "unknown-key"],
  ])("with the line %j in allowed_signers are %s", async (line, reason) => {
    const text = line.replace("KEY", authority.publicKey).replace("OWN", alice.publicKey);
    expect(await verdictOn({}, text)).toMatchObject({ reason });
  });

  it("may be listed whole, like a key", async () => {
    const key = await keyring.sshCertificate(authority, alice, { principals: [] });
    const allowedSigners = `${ALICE.email} ${key.publicKey}`;
    const raw = await sshCommit(keyring, key);
    expect(verifyRaw(raw, await trustIn({ allowedSigners }))).toMatchObject({
      reason: "good",
      identity: "committer",
      signer: { fingerprint: alice.fingerprint },
    });
    const revoked = await trustIn({ allowedSigners, revokedKeys: alice.publicKey });
    expect(verifyRaw(raw, revoked)).toMatchObject({ reason: "key-listed-as-revoked" });
  });

  it("are refused where the key, the authority or the certificate is listed as revoked", async () => {
    const { publicKey } = await keyring.sshCertificate(authority, alice, { principals: ["x"] });
    for (const revoked of [alice.publicKey, alice.fingerprint, authority.publicKey, publicKey]) {
      expect(await verdictOn({}, undefined, revoked)).toMatchObject({ reason: "key-listed-as-revoked" });
    }
  });
});

describe("an authority", () => {
  const certificateBy = async (issuer: SshKey, args: readonly string[] = []) =>
    await sshCommit(
      keyring,
      await keyring.sshCertificate(issuer, alice, { principals: [ALICE.email], args }),
    );
  const trusting = async (issuer: SshKey) =>
    await trustIn({ allowedSigners: `*@a.example cert-authority ${issuer.publicKey}` });

  it.each([
    ["rsa-sha2-256", "good"],
    ["rsa-sha2-512", "good"],
    ["ssh-rsa", "weak-digest"],
  ])("that signs with %s: %s", async (algorithm, reason) => {
    const issuer = await keyring.sshKey({ type: "rsa", bits: 2048 });
    const raw = await certificateBy(issuer, ["-t", algorithm]);
    expect(verifyRaw(raw, await trusting(issuer))).toMatchObject({ reason });
  });

  it("with a weak key is refused, even where the policy lets such keys sign commits", async () => {
    const issuer = await keyring.sshKey({ type: "rsa", bits: 1024 });
    const legacy = { allow: ["rsa-below-2048"], signedBefore: Infinity } as const;
    const rules = { ...STRICT_RULES, legacy };
    const verdict = verifyRaw(await certificateBy(issuer), await trusting(issuer), { rules });
    expect(verdict).toMatchObject({ reason: "weak-key" });
  });

  it("may be a security key, which must have been touched", () => {
    const [issuer, holder] = [device("ecdsa"), device("ed25519")];
    const body = certificateBody(holder.blob);
    const certified = (flags: number): Buffer =>
      Buffer.concat([body(issuer.blob), wireString(issuer.signFrame(body(issuer.blob), { flags }))]);
    const material = readSshKey(issuer.blob);
    expect(isCertificateSigned(readSshCertificate(certified(1)), material)).toBe(true);
    expect(() => isCertificateSigned(readSshCertificate(certified(0)), material)).toThrow(
      "user-presence-missing",
    );
    // A key that was certified itself does not hand that on.
    const handedOn = body(certified(1));
    const nested = Buffer.concat([handedOn, wireString(issuer.signFrame(handedOn))]);
    expect(isCertificateSigned(readSshCertificate(nested), material)).toBe(false);
  });

  it("that is not trusted leaves the key unknown, and its forged certificates bad", async () => {
    const [issuer, stranger] = [await keyring.sshKey(), await keyring.sshKey()];
    const raw = await certificateBy(issuer);
    expect(verifyRaw(raw, await trusting(stranger))).toMatchObject({ reason: "unknown-key" });
  });
});

describe("what cannot be read as a certificate", () => {
  const holder = device("ed25519");
  const whole = (change: Partial<CertificateFields>): Buffer =>
    Buffer.concat([certificateBody(holder.blob, change)(holder.blob), wireString(wireString("ssh-ed25519"))]);

  it.each<[string, Partial<CertificateFields>]>([
    ["a host's", { type: 2 }],
    ["a principal with NUL", { principals: ["alice@a.example\0.evil.example"] }],
    ["a key id with NUL", { keyId: "alice\0" }],
    ["257 principals", { principals: Array<string>(257).fill("a") }],
    ["a condition without data", { conditions: wireString("force-command") }],
    ["an extension without data", { extensions: wireString("permit-pty") }],
  ])("%s", (_, change) => {
    expect(() => readSshCertificate(whole(change))).toThrow("certificate-invalid");
  });

  it("is not one with 256 principals, and verify-required with data is a condition like others", () => {
    expect(readSshCertificate(whole({ principals: Array<string>(256).fill("a") })).principals).toHaveLength(
      256,
    );
    const [name, data] = ["verify-required", "x"].map(wireString);
    const { verifyRequired, criticalOptions } = readSshCertificate(
      whole({ conditions: Buffer.concat([name ?? "", data ?? ""].map((part) => Buffer.from(part))) }),
    );
    expect([verifyRequired, criticalOptions]).toEqual([false, ["verify-required"]]);
  });
});

describe("a certificate that its authority did not sign", () => {
  it("is refused, whichever bit was flipped", async () => {
    const key = await keyring.sshCertificate(authority, alice, { principals: [ALICE.email] });
    const raw = await sshCommit(keyring, key);
    const trust = await trustIn({ allowedSigners: `*@a.example cert-authority ${authority.publicKey}` });
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "good" });
    const text = raw.toString("latin1");
    const armor = /-----BEGIN SSH SIGNATURE-----\n([\s\S]*?)-----END/.exec(text)?.[1] ?? "";
    const body = Buffer.from(armor, "base64");
    const withBody = (bytes: Buffer): Buffer =>
      Buffer.from(text.replace(armor, ` ${bytes.toString("base64")}\n `), "latin1");
    expect(verifyRaw(withBody(body), trust)).toMatchObject({ reason: "good" });
    const property = fc.property(fc.nat({ max: body.length * 8 - 1 }), (bit) => {
      const flipped = Buffer.from(body);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return verifyRaw(withBody(flipped), trust).verdict !== "good";
    });
    fc.assert(property, { numRuns: 400 });
  });

  it("is refused where another, trusted authority is named in it", async () => {
    const stranger = await keyring.sshKey();
    const key = await keyring.sshCertificate(stranger, alice, { principals: [ALICE.email] });
    const forged = await sshCommit(keyring, key);
    const trust = await trustIn({ allowedSigners: `*@a.example cert-authority ${authority.publicKey}` });
    expect(verifyRaw(forged, trust)).toMatchObject({ verdict: "unknown-key" });
  });

  it("makes the parser refuse or read, whatever the bytes", async () => {
    const { publicKey } = await keyring.sshCertificate(authority, alice, { principals: ["a"] });
    const blob = readPublicKeyLine(publicKey)?.blob ?? Buffer.alloc(0);
    const edit = fc.record({
      at: fc.nat({ max: blob.length - 1 }),
      byte: fc.nat({ max: 255 }),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(edit, ({ at, byte, cut }) => {
        const bytes = Buffer.from(blob);
        bytes.writeUInt8(byte, at);
        try {
          readSshCertificate(cut ? bytes.subarray(0, at) : bytes);
          return true;
        } catch (error) {
          return error instanceof SignatureRefusal;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
