import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKeyring, type Keyring, type SshKey } from "../support/signing.js";
import {
  ALICE,
  SIGNED_AT,
  account,
  payloadOf,
  sshCommit,
  trustIn,
  verifyRaw,
  withSignature,
} from "./support.js";

let keyring: Keyring;
let alice: SshKey;
let raw: Buffer;

beforeAll(async () => {
  keyring = await createKeyring();
  alice = await keyring.sshKey();
  raw = await sshCommit(keyring, alice);
});
afterAll(async () => {
  await keyring.dispose();
});

const verdictWith = async (line: string, options: { at?: Date } = {}) =>
  verifyRaw(raw, await trustIn({ allowedSigners: `${line}\n` }), options);

describe("valid signatures by real ssh-keygen", () => {
  it.each([
    ["ed25519", undefined],
    ["ecdsa", 256],
    ["ecdsa", 384],
    ["ecdsa", 521],
    ["rsa", 2048],
    ["rsa", 3072],
  ] as const)("accepts %s %s", async (type, bits) => {
    const key = await keyring.sshKey(bits === undefined ? { type } : { type, bits });
    const trust = await trustIn({ allowedSigners: `${ALICE.email} ${key.publicKey}\n` });
    expect(verifyRaw(await sshCommit(keyring, key), trust)).toEqual(
      expect.objectContaining({
        verdict: "good",
        reason: "good",
        format: "ssh",
        identity: "committer",
        signedAt: SIGNED_AT.toISOString(),
        signer: {
          fingerprint: key.fingerprint,
          principal: ALICE.email,
          source: "allowed-signers",
          account: null,
        },
      }),
    );
  });

  it("accepts SHA-256 as the inner hash", async () => {
    const signature = await keyring.sshSign(alice, payloadOf(), "git", ["-O", "hashalg=sha256"]);
    const trust = await trustIn({ allowedSigners: `${ALICE.email} ${alice.publicKey}\n` });
    expect(verifyRaw(withSignature(payloadOf(), signature), trust)).toMatchObject({ reason: "good" });
  });

  it("binds a key registered on GitHub to its account only", async () => {
    const owner = account(1, "alice");
    const trust = await trustIn({
      registered: [{ account: owner, kind: "member", ssh: [alice.publicKey], gpg: [] }],
    });
    expect(verifyRaw(raw, trust, { account: owner })).toMatchObject({
      identity: "committer",
      signer: { source: "github-member", principal: "alice", account: owner },
    });
    expect(verifyRaw(raw, trust, { account: account(2, "alice") })).toMatchObject({
      identity: "other",
    });
  });
});

describe("who is listed", () => {
  it.each([
    ["alice@a.example", "committer"],
    ["alice@A.EXAMPLE", "committer"],
    ["Alice@a.example", "other"],
    ["*@a.example", "committer"],
    ["bob@a.example,alice@a.example", "committer"],
    ['"bob@a.example,alice@a.example"', "committer"],
    ["bob@a.example", "other"],
    ["*@a.example,!alice@a.example", "other"],
    ["alice@a.example.evil.example", "other"],
  ])("%s makes alice@a.example %s", async (principals, identity) => {
    expect(await verdictWith(`${principals} ${alice.publicKey}`)).toMatchObject({
      verdict: "good",
      identity,
    });
  });

  it("keeps a listed key's bounds even where its owner registered it on GitHub", async () => {
    const registered = [
      { account: account(1, "alice"), kind: "member", ssh: [alice.publicKey], gpg: [] },
    ] as const;
    const allowedSigners = `${ALICE.email} valid-before="20230101Z" ${alice.publicKey}\n`;
    expect(verifyRaw(raw, await trustIn({ allowedSigners, registered }))).toMatchObject({
      reason: "key-expired",
    });
  });
});

describe("the bounds of an entry", () => {
  it.each([
    ['namespaces="git"', "good"],
    ['namespaces="file,g*"', "good"],
    ['namespaces="file"', "namespace-not-allowed"],
    ['namespaces="!git,*"', "namespace-not-allowed"],
    ["cert-authority", "certificate-authority-as-key"],
    ['valid-after="20230101"', "good"],
    ['valid-after="20250101"', "key-not-yet-valid"],
    ['valid-before="20230101"', "key-expired"],
    ['valid-before="20240101"', "key-expired"],
    ['valid-before="20240101000001Z"', "good-key-expired-since"],
    ['valid-after="20230101",valid-before="20300101"', "good"],
    ['valid-before="20300101",made-up', "unknown-key"],
    ['valid-before="tomorrow"', "unknown-key"],
  ])("%s gives %s", async (options, reason) => {
    expect(await verdictWith(`${ALICE.email} ${options} ${alice.publicKey}`)).toMatchObject({ reason });
  });

  it("lets a second entry stand in for one that has ended", async () => {
    const ended = `${ALICE.email} valid-before="20230101" ${alice.publicKey}`;
    expect(await verdictWith(`${ended}\n${ALICE.email} ${alice.publicKey}`)).toMatchObject({
      reason: "good",
    });
  });
});

describe("what is refused", () => {
  it("says unknown-key where no source holds the key", async () => {
    const verdict = verifyRaw(raw, await trustIn({}));
    expect(verdict).toMatchObject({
      verdict: "unknown-key",
      reason: "unknown-key",
      signer: { fingerprint: alice.fingerprint },
    });
  });

  it.each(["file", "email", "Git", "git "])(
    "refuses a signature made for the namespace %j",
    async (namespace) => {
      const trust = await trustIn({ allowedSigners: `${ALICE.email} ${alice.publicKey}\n` });
      const other = await sshCommit(keyring, alice, { namespace });
      expect(verifyRaw(other, trust)).toMatchObject({ verdict: "bad", reason: "namespace-mismatch" });
    },
  );

  it("refuses a signature over other bytes, trusted key or not", async () => {
    const other = withSignature(payloadOf({ message: "Other\n" }), await keyring.sshSign(alice, payloadOf()));
    for (const allowedSigners of ["", `${ALICE.email} ${alice.publicKey}\n`]) {
      expect(verifyRaw(other, await trustIn({ allowedSigners }))).toMatchObject({
        reason: "signature-invalid",
      });
    }
  });

  it.each([
    ["rsa", 1024],
    ["dsa", 1024],
  ] as const)("refuses %s %s by name", async (type, bits) => {
    const key = await keyring.sshKey({ type, bits });
    const trust = await trustIn({ allowedSigners: `${ALICE.email} ${key.publicKey}\n` });
    expect(verifyRaw(await sshCommit(keyring, key), trust)).toMatchObject({ reason: "weak-key" });
  });

  it("refuses keys on the list of revoked keys, by key and by fingerprint", async () => {
    for (const revokedKeys of [alice.publicKey, alice.fingerprint, `${alice.fingerprint} lost laptop`]) {
      const trust = await trustIn({ allowedSigners: `${ALICE.email} ${alice.publicKey}\n`, revokedKeys });
      expect(verifyRaw(raw, trust)).toMatchObject({ verdict: "bad", reason: "key-listed-as-revoked" });
    }
  });

  it("refuses a signature with CRLF line ends, two blocks, or text before it", async () => {
    const trust = await trustIn({ allowedSigners: `${ALICE.email} ${alice.publicKey}\n` });
    const signature = await keyring.sshSign(alice, payloadOf());
    const reasonOf = (text: string) => verifyRaw(withSignature(payloadOf(), text), trust).reason;
    expect(reasonOf(signature.replaceAll("\n", "\r\n"))).toBe("signature-malformed");
    expect(reasonOf(signature + signature)).toBe("multiple-signatures");
    expect(reasonOf(`text\n${signature}`)).toBe("signature-format-unknown");
    expect(reasonOf(`${signature}text\n`)).toBe("good");
  });

  it("refuses a commit dated into the future", async () => {
    expect(
      await verdictWith(`${ALICE.email} ${alice.publicKey}`, { at: new Date("2023-12-31T23:00:00Z") }),
    ).toMatchObject({
      reason: "signed-in-future",
    });
  });
});
