import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { GpgKey, Keyring } from "../support/signing.js";
import { createKeyring } from "../support/signing.js";
import {
  ALICE,
  NOW,
  SIGNED_AT,
  gpgCommit,
  gpgSign,
  payloadOf,
  revoke,
  trustIn,
  verifyRaw,
  withSignature,
} from "./support.js";

let keyring: Keyring;
let alice: GpgKey;

beforeAll(async () => {
  keyring = await createKeyring();
  alice = await keyring.gpgKey(ALICE);
});
afterAll(async () => {
  await keyring.dispose();
});

describe("valid signatures by real gpg", () => {
  it.each([
    "rsa2048",
    "rsa3072",
    "ed25519",
    "nistp256",
    "nistp384",
    "nistp521",
    "secp256k1",
    "brainpoolP256r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "dsa2048",
    "dsa3072",
  ])("accepts %s", async (algo) => {
    const key = await keyring.gpgKey({ name: algo, email: ALICE.email, algo });
    const verdict = verifyRaw(await gpgCommit(keyring, key), await trustIn({ keyring: [key.publicKey] }));
    expect(verdict).toMatchObject({
      verdict: "good",
      reason: "good",
      format: "openpgp",
      identity: "committer",
      signedAt: SIGNED_AT.toISOString(),
      signer: { fingerprint: key.fingerprint, principal: ALICE.email, source: "keyring" },
    });
  });

  it.each(["SHA224", "SHA256", "SHA384", "SHA512"])("accepts the digest %s", async (digest) => {
    const raw = await gpgCommit(keyring, alice, { args: ["--digest-algo", digest] });
    expect(verifyRaw(raw, await trustIn({ keyring: [alice.publicKey] }))).toMatchObject({
      reason: "good",
    });
  });

  it("accepts a canonical text signature, and not one over other line contents", async () => {
    const raw = await gpgCommit(keyring, alice, { args: ["--textmode"] });
    const trust = await trustIn({ keyring: [alice.publicKey] });
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "good" });
    expect(verifyRaw(Buffer.concat([raw, Buffer.from(" \n")]), trust)).toMatchObject({
      reason: "signature-invalid",
    });
  });

  it("accepts a signing subkey that its primary key bound and that confirmed it", async () => {
    const key = await keyring.gpgKey({ name: "Sub", email: "sub@a.example", usage: "cert" });
    await keyring.gpg(["--quick-add-key", key.fingerprint, "ed25519", "sign", "never"], {
      at: new Date("2021-01-01T00:00:00Z"),
    });
    const { publicKey } = await keyring.gpgKeyOf(key.fingerprint);
    const verdict = verifyRaw(await gpgCommit(keyring, key), await trustIn({ keyring: [publicKey] }));
    expect(verdict).toMatchObject({ reason: "good", identity: "other" });
    expect(verdict.signer?.fingerprint).not.toBe(key.fingerprint);
  });
});

describe("what is refused", () => {
  it("says unknown-key where no source holds the key", async () => {
    const verdict = verifyRaw(await gpgCommit(keyring, alice), await trustIn({}));
    expect(verdict).toMatchObject({ verdict: "unknown-key", reason: "unknown-key", identity: null });
    expect(verdict.signer).toMatchObject({ fingerprint: alice.fingerprint, source: null });
  });

  it("refuses a signature that belongs to another commit", async () => {
    const signature = await gpgSign(keyring, alice, payloadOf());
    const raw = withSignature(payloadOf({ message: "Other\n" }), signature);
    const verdict = verifyRaw(raw, await trustIn({ keyring: [alice.publicKey] }));
    expect(verdict).toMatchObject({ verdict: "bad", reason: "signature-invalid", identity: null });
  });

  it.each(["SHA1", "RIPEMD160"])("refuses the digest %s by name", async (digest) => {
    const raw = await gpgCommit(keyring, alice, {
      args: ["--digest-algo", digest, "--allow-weak-digest-algos"],
    });
    const verdict = verifyRaw(raw, await trustIn({ keyring: [alice.publicKey] }));
    expect(verdict).toMatchObject({ verdict: "bad", reason: "weak-digest" });
  });

  it.each(["rsa1024", "dsa1024"])("refuses the weak key %s by name", async (algo) => {
    const key = await keyring.gpgKey({ name: algo, email: ALICE.email, algo });
    const raw = await gpgCommit(keyring, key, { args: ["--digest-algo", "SHA256"] });
    expect(verifyRaw(raw, await trustIn({ keyring: [key.publicKey] }))).toMatchObject({
      reason: "weak-key",
    });
  });

  it("refuses two signatures in one armor, whichever is good", async () => {
    const bob = await keyring.gpgKey({ name: "Bob", email: "bob@a.example" });
    const raw = await gpgCommit(keyring, alice, { args: ["--local-user", bob.fingerprint] });
    const trust = await trustIn({ keyring: [alice.publicKey, bob.publicKey] });
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "multiple-signatures" });
  });

  it("refuses two armored blocks, whichever is good", async () => {
    const [signature, payload] = [await gpgSign(keyring, alice, payloadOf()), payloadOf()];
    const verdict = verifyRaw(
      withSignature(payload, signature + signature),
      await trustIn({ keyring: [alice.publicKey] }),
    );
    expect(verdict).toMatchObject({ reason: "multiple-signatures" });
  });

  it("refuses a clear-signed or inline-signed message in place of a detached signature", async () => {
    const trust = await trustIn({ keyring: [alice.publicKey] });
    const reasons = ["--clear-sign", "--sign"].map(async (mode) => {
      const args = ["--armor", "--local-user", alice.fingerprint, mode];
      const message = (await keyring.gpg(args, { input: payloadOf(), at: SIGNED_AT })).toString("latin1");
      return verifyRaw(withSignature(payloadOf(), message), trust).verdict;
    });
    expect(await Promise.all(reasons)).toEqual(["bad", "bad"]);
  });

  it("refuses an unknown critical notation, and takes one that is not critical", async () => {
    const trust = await trustIn({ keyring: [alice.publicKey] });
    const signed = async (notation: string) =>
      verifyRaw(await gpgCommit(keyring, alice, { args: ["--sig-notation", notation] }), trust);
    expect(await signed("note@a.example=1")).toMatchObject({ reason: "good" });
    expect(await signed("!note@a.example=1")).toMatchObject({ reason: "critical-subpacket-unknown" });
  });

  it("refuses a signature whose own expiry has passed", async () => {
    const raw = await gpgCommit(keyring, alice, { args: ["--default-sig-expire", "30d"] });
    const trust = await trustIn({ keyring: [alice.publicKey] });
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "signature-expired" });
    expect(verifyRaw(raw, trust, { at: new Date("2024-01-05T00:00:00Z") })).toMatchObject({
      reason: "good",
    });
  });

  it("refuses a signature from the future, by more than clocks differ", async () => {
    const raw = await gpgCommit(keyring, alice);
    const trust = await trustIn({ keyring: [alice.publicKey] });
    const before = (minutes: number): Date => new Date(SIGNED_AT.getTime() - minutes * 60_000);
    expect(verifyRaw(raw, trust, { at: before(9) })).toMatchObject({ reason: "good" });
    expect(verifyRaw(raw, trust, { at: before(11) })).toMatchObject({ reason: "signed-in-future" });
  });

  it("refuses a commit dated into the future even where its signature is not", async () => {
    const payload = payloadOf({ at: new Date("2030-01-01T00:00:00Z") });
    const raw = withSignature(payload, await gpgSign(keyring, alice, payload));
    expect(verifyRaw(raw, await trustIn({ keyring: [alice.publicKey] }))).toMatchObject({
      reason: "signed-in-future",
    });
  });

  it("refuses a damaged checksum and a damaged body", async () => {
    const signature = await gpgSign(keyring, alice, payloadOf());
    const trust = await trustIn({ keyring: [alice.publicKey] });
    const damaged = signature.replace(/\n=..../, "\n=AAAA");
    expect(verifyRaw(withSignature(payloadOf(), damaged), trust)).toMatchObject({
      reason: "signature-malformed",
    });
    const cut = signature.replace(/\n[^\n]+\n=..../, "\n=AAAA");
    expect(verifyRaw(withSignature(payloadOf(), cut), trust)).toMatchObject({
      reason: "signature-malformed",
    });
  });
});

describe("the life of a key", () => {
  const signedBefore = new Date("2021-06-01T00:00:00Z");
  const ended = new Date("2022-01-01T00:00:00Z");
  const signedAfter = new Date("2023-01-01T00:00:00Z");

  it("tells a key that expired since from one that had expired", async () => {
    const key = await keyring.gpgKey({ name: "Exp", email: ALICE.email, expires: "2022-01-01" });
    const early = await gpgCommit(keyring, key, { at: signedBefore });
    const trust = await trustIn({ keyring: [key.publicKey] });
    expect(verifyRaw(early, trust, { at: signedBefore })).toMatchObject({ reason: "good" });
    expect(verifyRaw(early, trust)).toMatchObject({
      verdict: "good",
      reason: "good-key-expired-since",
    });
    // gpg itself refuses to sign with an expired key: sign while it is renewed, judge by the older copy.
    await keyring.gpg(["--quick-set-expire", key.fingerprint, "0"], { at: new Date("2021-12-01T00:00:00Z") });
    const late = await gpgCommit(keyring, key, { at: signedAfter });
    expect(verifyRaw(late, trust)).toMatchObject({ verdict: "bad", reason: "key-expired" });
    const renewed = await trustIn({ keyring: [(await keyring.gpgKeyOf(key.fingerprint)).publicKey] });
    expect(verifyRaw(late, renewed)).toMatchObject({ reason: "good" });
  });

  it("accepts a signature older than the renewed self-signature", async () => {
    const key = await keyring.gpgKey({ name: "Renew", email: ALICE.email, expires: "2022-01-01" });
    const raw = await gpgCommit(keyring, key, { at: signedBefore });
    await keyring.gpg(["--quick-set-expire", key.fingerprint, "2030-01-01"], {
      at: new Date("2021-12-01T00:00:00Z"),
    });
    const minimal = await keyring.gpg([
      "--armor",
      "--export-options",
      "export-minimal",
      "--export",
      key.fingerprint,
    ]);
    expect(verifyRaw(raw, await trustIn({ keyring: [minimal.toString("latin1")] }))).toMatchObject({
      reason: "good",
    });
  });

  it.each([
    ["none", "key-revoked", "key-revoked"],
    ["compromised", "key-revoked", "key-revoked"],
    ["superseded", "good-key-retired-since", "key-revoked"],
    ["retired", "good-key-retired-since", "key-revoked"],
  ] as const)("judges a key revoked as %s: before %s, after %s", async (reason, before, after) => {
    const key = await keyring.gpgKey({ name: reason, email: ALICE.email });
    const early = await gpgCommit(keyring, key, { at: signedBefore });
    const late = await gpgCommit(keyring, key, { at: signedAfter });
    const revoked = await revoke(keyring, key, reason, ended);
    const trust = await trustIn({ keyring: [revoked.publicKey] });
    expect([verifyRaw(early, trust).reason, verifyRaw(late, trust).reason]).toEqual([before, after]);
  });

  it("lets no older copy of a key hide its revocation, in whatever order they are listed", async () => {
    const key = await keyring.gpgKey({ name: "Copies", email: ALICE.email });
    const raw = await gpgCommit(keyring, key);
    const revoked = await revoke(keyring, key, "compromised", ended);
    const copies = [key.publicKey, revoked.publicKey];
    for (const files of [copies, copies.toReversed()]) {
      expect(verifyRaw(raw, await trustIn({ keyring: files }))).toMatchObject({
        reason: "key-revoked",
      });
    }
  });

  it("refuses keys on the list of revoked keys, at any time", async () => {
    const raw = await gpgCommit(keyring, alice);
    const trust = await trustIn({
      keyring: [alice.publicKey],
      revokedKeys: `# lost laptop\n${alice.fingerprint}\n`,
    });
    expect(verifyRaw(raw, trust)).toMatchObject({ reason: "key-listed-as-revoked" });
  });

  it("believes nothing while the list of revoked keys cannot be read", async () => {
    const raw = await gpgCommit(keyring, alice);
    const trust = await trustIn({ keyring: [alice.publicKey], revokedKeys: "the key of Mallory\n" });
    expect(verifyRaw(raw, trust)).toMatchObject({ verdict: "bad", reason: "revocations-unreadable" });
    expect(trust.problems).toEqual([{ path: "trust/revoked_keys", line: 1, message: expect.any(String) }]);
  });

  it("refuses a signature dated before its key was made", async () => {
    const key = await keyring.gpgKey({
      name: "Young",
      email: ALICE.email,
      madeAt: new Date("2024-06-01T00:00:00Z"),
    });
    const raw = await gpgCommit(keyring, key, { args: ["--ignore-time-conflict"] });
    expect(verifyRaw(raw, await trustIn({ keyring: [key.publicKey] }))).toMatchObject({
      reason: "key-not-yet-valid",
    });
  });

  it("refuses a key whose flags do not let it sign", async () => {
    const key = await keyring.gpgKey({ name: "Flags", email: ALICE.email });
    const raw = await gpgCommit(keyring, key);
    const change = ["--no-batch", "--command-fd", "0", "--status-fd", "2", "--edit-key", key.fingerprint];
    await keyring.gpg(change, { input: "change-usage\nS\nQ\nsave\n", at: new Date("2020-06-01T00:00:00Z") });
    const { publicKey } = await keyring.gpgKeyOf(key.fingerprint);
    expect(verifyRaw(raw, await trustIn({ keyring: [publicKey] }))).toMatchObject({
      reason: "key-not-for-signing",
    });
  });
});

describe("whose signature it is", () => {
  it("compares the domain without regard to case, and the rest with", async () => {
    const trust = await trustIn({ keyring: [alice.publicKey] });
    const identityOf = async (email: string) =>
      verifyRaw(await gpgCommit(keyring, alice, { email }), trust).identity;
    expect(await identityOf("alice@A.Example")).toBe("committer");
    expect(await identityOf("Alice@a.example")).toBe("other");
    expect(await identityOf("bob@a.example")).toBe("other");
    expect(await identityOf("")).toBe("other");
  });

  it("does not count a revoked user id", async () => {
    const key = await keyring.gpgKey({ name: "Two", email: "old@a.example" });
    await keyring.gpg(["--quick-add-uid", key.fingerprint, "Two <new@a.example>"], {
      at: new Date("2021-01-01T00:00:00Z"),
    });
    await keyring.gpg(["--quick-revoke-uid", key.fingerprint, "Two <old@a.example>"], {
      at: new Date("2021-02-01T00:00:00Z"),
    });
    const trust = await trustIn({ keyring: [(await keyring.gpgKeyOf(key.fingerprint)).publicKey] });
    const identityOf = async (email: string) =>
      verifyRaw(await gpgCommit(keyring, key, { email }), trust).identity;
    expect([await identityOf("new@a.example"), await identityOf("old@a.example")]).toEqual([
      "committer",
      "other",
    ]);
  });

  it("takes no address from a copy that nobody reviewed", async () => {
    const mallory = await keyring.gpgKey({ name: "Mallory", email: "mallory@a.example" });
    const later = new Date("2021-01-01T00:00:00Z");
    await keyring.gpg(["--quick-add-uid", mallory.fingerprint, `Alice <${ALICE.email}>`], { at: later });
    const { publicKey } = await keyring.gpgKeyOf(mallory.fingerprint);
    const account = { id: 9, login: "mallory", type: "User" } as const;
    const registered = [{ account, kind: "member", ssh: [], gpg: [publicKey] }] as const;
    const trust = await trustIn({ keyring: [mallory.publicKey], registered });
    const raw = await gpgCommit(keyring, mallory);
    expect(verifyRaw(raw, trust)).toMatchObject({ verdict: "good", identity: "other" });
    expect(verifyRaw(raw, await trustIn({ keyring: [publicKey] }))).toMatchObject({
      identity: "committer",
    });
  });

  it("lets no older copy hide that a user id was revoked", async () => {
    const key = await keyring.gpgKey({ name: "Moved", email: ALICE.email });
    const at = new Date("2021-01-01T00:00:00Z");
    await keyring.gpg(["--quick-add-uid", key.fingerprint, "Moved <moved@a.example>"], { at });
    const older = (await keyring.gpgKeyOf(key.fingerprint)).publicKey;
    await keyring.gpg(["--quick-revoke-uid", key.fingerprint, `Moved <${ALICE.email}>`], { at });
    const newer = (await keyring.gpgKeyOf(key.fingerprint)).publicKey;
    const raw = await gpgCommit(keyring, key);
    expect(verifyRaw(raw, await trustIn({ keyring: [older] }))).toMatchObject({
      identity: "committer",
    });
    for (const files of [
      [older, newer],
      [newer, older],
    ]) {
      expect(verifyRaw(raw, await trustIn({ keyring: files }))).toMatchObject({ identity: "other" });
    }
  });

  it("binds a key registered on GitHub to its account only", async () => {
    const owner = { id: 1, login: "alice", type: "User" } as const;
    const trust = await trustIn({
      registered: [{ account: owner, kind: "member", ssh: [], gpg: [alice.publicKey] }],
    });
    const raw = await gpgCommit(keyring, alice);
    expect(verifyRaw(raw, trust, { account: owner })).toMatchObject({
      identity: "committer",
      signer: { source: "github-member" },
    });
    expect(verifyRaw(raw, trust, { account: { ...owner, id: 2 } })).toMatchObject({
      identity: "other",
    });
    expect(verifyRaw(raw, trust)).toMatchObject({ verdict: "good", identity: "other" });
  });

  it("takes the forge's key for the forge, wherever else it is listed", async () => {
    const owner = { id: 19864447, login: "web-flow", type: "User" } as const;
    const forge = { account: owner, kind: "forge", ssh: [], gpg: [alice.publicKey] } as const;
    const trust = await trustIn({ registered: [forge], keyring: [alice.publicKey] });
    expect(verifyRaw(await gpgCommit(keyring, alice), trust, { account: owner })).toMatchObject({
      identity: "forge",
    });
    const listed = await keyring.gpgKey({ name: "GitHub", email: "noreply@github.com" });
    const raw = await gpgCommit(keyring, listed, { email: "noreply@github.com" });
    expect(verifyRaw(raw, await trustIn({ keyring: [listed.publicKey] }))).toMatchObject({
      identity: "forge",
    });
  });
});

describe("the object's id", () => {
  it("is recomputed", async () => {
    const { verifyObject } = await import("../../src/signatures/index.js");
    const raw = await gpgCommit(keyring, alice);
    const trust = await trustIn({ keyring: [alice.publicKey] });
    for (const oid of ["0".repeat(40), "0".repeat(64), "main", ""]) {
      expect(verifyObject({ type: "commit", oid, raw }, trust, NOW)).toMatchObject({
        verdict: "bad",
        reason: "oid-mismatch",
      });
    }
  });
});
