import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { SignatureVerdict } from "../../src/signatures/index.js";
import { readSshCertificate } from "../../src/signatures/openssh/certificate.js";
import { readPublicKeyLine } from "../../src/signatures/openssh/public-key-line.js";
import { SignatureRefusal } from "../../src/signatures/reasons.js";
import { createKeyring, type Keyring, type SshCertificateOptions, type SshKey } from "../support/signing.js";
import { ALICE, sshCommit, trustIn, verifyRaw } from "./support.js";

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
    ["ed25519", "ed25519", undefined],
    ["ed25519", "ecdsa", 256],
    ["ecdsa", "rsa", 2048],
    ["rsa", "ecdsa", 521],
  ] as const)("are accepted from an authority with %s for %s %s", async (authorityType, type, bits) => {
    const [issuer, plain] = [
      await keyring.sshKey({ type: authorityType }),
      await keyring.sshKey(bits === undefined ? { type } : { type, bits }),
    ];
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
    const trust = await trustIn({ allowedSigners: `${ALICE.email} ${key.publicKey}` });
    expect(verifyRaw(await sshCommit(keyring, key), trust)).toMatchObject({
      reason: "good",
      identity: "committer",
    });
  });

  it("are refused where the key, the authority or the certificate is listed as revoked", async () => {
    const { publicKey } = await keyring.sshCertificate(authority, alice, { principals: ["x"] });
    for (const revoked of [alice.publicKey, alice.fingerprint, authority.publicKey, publicKey]) {
      expect(await verdictOn({}, undefined, revoked)).toMatchObject({ reason: "key-listed-as-revoked" });
    }
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
