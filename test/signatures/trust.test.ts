import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  buildTrust,
  rebuildCommit,
  splitObject,
  unresolvedCommitters,
  verifyCommitFact,
} from "../../src/signatures/index.js";
import { emailOf } from "../../src/signatures/pgp/certificate/user-id.js";
import type { CommitFact } from "../../src/facts/facts.js";
import { createRepository } from "../support/git.js";
import {
  createKeyring,
  type GpgKey,
  type Keyring,
  type SigningKey,
  type SshKey,
} from "../support/signing.js";
import {
  ALICE,
  NOW,
  SIGNED_AT,
  account,
  commitFact,
  gpgCommit,
  material,
  trustIn,
  verifyRaw,
} from "./support.js";

let keyring: Keyring;
let gpg: GpgKey;
let ssh: SshKey;

beforeAll(async () => {
  keyring = await createKeyring();
  [gpg, ssh] = [await keyring.gpgKey(ALICE), await keyring.sshKey()];
});
afterAll(async () => {
  await keyring.dispose();
});

describe("trust material that cannot be used", () => {
  it("is named with its place, and the rest still counts", async () => {
    const broken = gpg.publicKey.replace(/\n[^\n=]{10,}\n/, "\n");
    const trust = await trustIn({
      allowedSigners: `${ALICE.email} nonsense\n${ALICE.email} ${ssh.publicKey}\n`,
      keyring: ["no key at all", broken, gpg.publicKey],
      registered: [
        { account: account(7, "mona"), kind: "member", ssh: ["ssh-ed25519 AAAA"], gpg: ["nothing"] },
      ],
    });
    expect(trust.problems.map(({ path, line }) => [path, line])).toEqual([
      ["trust/allowed_signers", 1],
      ["github:mona", null],
      ["trust/keys/0.asc", null],
      ["trust/keys/1.asc", null],
      ["github:mona", null],
    ]);
    expect([trust.ssh.size, trust.openpgp.size > 0]).toEqual([1, true]);
  });

  it("drops a key whose revocation was damaged, rather than trusting it without", async () => {
    const key = await keyring.gpgKey({ name: "Damaged", email: ALICE.email });
    const raw = await gpgCommit(keyring, key);
    const { revoke } = await import("./support.js");
    const revoked = await revoke(keyring, key, "compromised", new Date("2022-01-01T00:00:00Z"));
    const { readKey } = await import("openpgp");
    const parsed = await readKey({ armoredKey: revoked.publicKey });
    const value = parsed.revocationSignatures[0]?.write();
    const bytes = parsed.write();
    const at = Buffer.from(bytes).indexOf(Buffer.from(value ?? [])) + (value?.length ?? 0) - 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const body = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n");
    const armored = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${body}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
    const trust = await trustIn({ keyring: [armored] });
    expect(verifyRaw(raw, trust)).toMatchObject({ verdict: "unknown-key" });
    expect(trust.problems).toHaveLength(1);
  });
});

describe("the trust digest", () => {
  it("does not depend on the order of listing, and changes with whatever counts", async () => {
    const registered = [
      { account: account(1, "a"), kind: "member", ssh: [ssh.publicKey], gpg: [] },
      { account: account(2, "b"), kind: "member", ssh: [], gpg: [gpg.publicKey] },
    ] as const;
    const text = { allowedSigners: "", revokedKeys: "", keyring: [gpg.publicKey, "x"], registered };
    const digestOf = async (changed: object): Promise<string> =>
      (await buildTrust(material({ ...text, ...changed }))).digest;
    const digest = await digestOf({});
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await digestOf({ keyring: ["x", gpg.publicKey], registered: registered.toReversed() })).toBe(
      digest,
    );
    const changes = [
      { allowedSigners: " " },
      { allowedSigners: undefined },
      { revokedKeys: gpg.fingerprint },
      { keyring: [gpg.publicKey] },
      { registered: registered.slice(1) },
      { registered: registered.map((keys) => ({ ...keys, kind: "forge" })) },
    ];
    const digests = await Promise.all(changes.map(digestOf));
    expect(new Set([digest, ...digests]).size).toBe(changes.length + 1);
  });
});

describe("commits as GitHub tells them", () => {
  async function factOf(key: SigningKey | null): Promise<CommitFact> {
    const repository = await createRepository({ bare: true });
    try {
      const oid = await repository.commit({ message: "One", author: ALICE, date: SIGNED_AT, key });
      const { payload, signature } = splitObject("commit", await repository.rawObject(oid), "sha1");
      const [told, forge] = [Buffer.from(payload).toString(), { verified: true, state: "VALID" }];
      const text = signature === null ? null : Buffer.from(signature).toString().trimEnd();
      return commitFact({ oid, signature: text === null ? null : { payload: told, signature: text, forge } });
    } finally {
      await repository.dispose();
    }
  }

  it("are good where the bytes prove it, by gpg and by ssh", async () => {
    const trust = await trustIn({
      keyring: [gpg.publicKey],
      allowedSigners: `${ALICE.email} ${ssh.publicKey}`,
    });
    for (const key of [gpg, ssh]) {
      expect(verifyCommitFact(await factOf(key), trust, NOW)).toMatchObject({
        verdict: "good",
        identity: "committer",
      });
    }
  });

  it("are unsigned without a signature, whatever else is said", async () => {
    expect(verifyCommitFact(await factOf(null), await trustIn({}), NOW)).toMatchObject({
      verdict: "unsigned",
    });
  });

  it("are bad where payload and signature do not make the commit, though the signature is good", async () => {
    const fact = await factOf(gpg);
    const trust = await trustIn({ keyring: [gpg.publicKey] });
    const other = { ...fact, oid: "1".repeat(40) };
    expect(rebuildCommit({ oid: fact.oid, payload: "", signature: "", ...fact.signature })).not.toBeNull();
    expect(verifyCommitFact(other, trust, NOW)).toMatchObject({
      verdict: "bad",
      reason: "oid-mismatch",
    });
  });

  it("name the accounts whose keys would help, each once", async () => {
    const trust = await trustIn({});
    const signed = await factOf(ssh);
    const by = (committer: Partial<CommitFact["committer"]>): CommitFact => ({
      ...signed,
      committer: { ...signed.committer, ...committer },
    });
    const commits = [
      by({ account: account(1, "alice") }),
      by({ account: account(1, "alice") }),
      by({ email: "noreply@github.com", account: account(19864447, "web-flow") }),
      by({ email: "noreply@github.com", account: null }),
      by({ account: null }),
    ];
    const verdicts = commits.map((commit) => verifyCommitFact(commit, trust, NOW));
    expect(unresolvedCommitters(verdicts, commits)).toEqual([
      { login: "alice", kind: "member" },
      { login: "web-flow", kind: "forge" },
    ]);
    const other = await trustIn({ allowedSigners: `alice@b.example ${ssh.publicKey}` });
    const [commit] = commits;
    const asOther = commit === undefined ? [] : [verifyCommitFact(commit, other, NOW)];
    expect(unresolvedCommitters(asOther, commits.slice(0, 1))).toEqual([{ login: "alice", kind: "member" }]);
    const unsigned = commitFact({ oid: "2".repeat(40), committer: { ...ALICE, account: account(2, "bob") } });
    expect(unresolvedCommitters([verifyCommitFact(unsigned, trust, NOW)], [unsigned])).toEqual([]);
  });
});

describe("the address in a user id", () => {
  it.each([
    ["Alice <alice@a.example>", "alice@a.example"],
    ["alice@a.example", "alice@a.example"],
    ["<alice@a.example>", "alice@a.example"],
    ["Alice (bob@a.example) <alice@a.example>", "alice@a.example"],
    ["Alice <alice@a.example> <bob@a.example>", null],
    ["Alice <alice@a.example> trailing", null],
    ["Alice", null],
    ["Alice <>", null],
    ["Alice <alice @a.example>", null],
  ])("%s: %s", (userId, email) => {
    expect(emailOf(userId)).toBe(email);
  });
});
