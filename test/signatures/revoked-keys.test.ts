/** Lists of revoked keys in lines: what each form refuses, beside `ssh-keygen -Q` where that reads it. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readRevokedKeys } from "../../src/signatures/trust/revoked-keys.js";
import { createKeyring, type Keyring, type SshKey } from "../support/signing.js";
import { isGoodForSshKeygen, type ReferenceQuestion } from "./ssh-reference.js";
import { ALICE, payloadOf, sshCommit, trustIn, verifyRaw } from "./support.js";
import { stopwatch } from "../support/stopwatch.js";

const V4 = "ABCDEF01".repeat(5);

let keyring: Keyring;
let authority: SshKey;
let alice: SshKey;
/** Of Alice by the authority: serial number 300, key id `alice-laptop`. */
let certified: SshKey;
let plainCommit: Buffer;
let certifiedCommit: Buffer;

beforeAll(async () => {
  keyring = await createKeyring();
  [authority, alice] = [await keyring.sshKey(), await keyring.sshKey({ comment: "alice's key" })];
  const args = ["-z", "300", "-I", "alice-laptop"];
  certified = await keyring.sshCertificate(authority, alice, { principals: [ALICE.email], args });
  [plainCommit, certifiedCommit] = [await sshCommit(keyring, alice), await sshCommit(keyring, certified)];
});
afterAll(async () => {
  await keyring.dispose();
});

const allowedSigners = (): string =>
  `${ALICE.email} ${alice.publicKey}\n*@a.example cert-authority ${authority.publicKey}\n`;

async function reasonOf(raw: Buffer, revokedKeys: string): Promise<string> {
  return verifyRaw(raw, await trustIn({ allowedSigners: allowedSigners(), revokedKeys })).reason;
}

async function question(key: SshKey, revokedKeys: string): Promise<ReferenceQuestion> {
  const [payload, signature] = [payloadOf(), await keyring.sshSign(key, payloadOf())];
  return { allowedSigners: allowedSigners(), revokedKeys, payload, signature };
}

const filled = (text: string): string =>
  text
    .replaceAll("CERTIFICATE", certified.publicKey)
    .replaceAll("AUTHORITY", authority.publicKey)
    .replaceAll("KEY", alice.publicKey)
    .replaceAll("FINGERPRINT", alice.fingerprint);

describe("a list that ssh-keygen reads, too", () => {
  it.each([
    ["", "good", "good"],
    ["# KEY\n", "good", "good"],
    ["KEY\n", "key-listed-as-revoked", "key-listed-as-revoked"],
    ["# lost\n\n  \tKEY\n", "key-listed-as-revoked", "key-listed-as-revoked"],
    ["CERTIFICATE\n", "key-listed-as-revoked", "key-listed-as-revoked"],
    ["AUTHORITY\n", "good", "key-listed-as-revoked"],
    ["nonsense\n", "revocations-unreadable", "revocations-unreadable"],
    ["KEY\nnonsense\n", "key-listed-as-revoked", "key-listed-as-revoked"],
  ])("%j: the key's signature is %s, the certificate's %s", async (text, plain, withCertificate) => {
    const list = filled(text);
    expect([await reasonOf(plainCommit, list), await reasonOf(certifiedCommit, list)]).toEqual([
      plain,
      withCertificate,
    ]);
    // What it cannot read, ssh-keygen takes for revoked, too.
    const theirs = [alice, certified].map(async (key) => await isGoodForSshKeygen(await question(key, list)));
    expect(await Promise.all(theirs)).toEqual([plain === "good", withCertificate === "good"]);
  });
});

describe("a line of a KRL specification", () => {
  it.each([
    ["key: KEY", "key-listed-as-revoked"],
    ["Key: KEY # lost", "key-listed-as-revoked"],
    ["sha1: KEY", "key-listed-as-revoked"],
    ["sha256:\tKEY", "key-listed-as-revoked"],
    ["hash: FINGERPRINT", "key-listed-as-revoked"],
    ["hash: FINGERPRINT # lost", "key-listed-as-revoked"],
    ["serial: 300", "certificate-revoked"],
    ["Serial:300", "certificate-revoked"],
    ["serial: 0x12c", "certificate-revoked"],
    ["serial: 0454", "certificate-revoked"],
    ["serial: 299-301 # a range", "certificate-revoked"],
    ["serial: 1-18446744073709551615", "certificate-revoked"],
    ["serial: 301", "good"],
    ["serial: 3-299", "good"],
    ["id: alice-laptop", "certificate-revoked"],
    ["id: alice-laptop  # lost", "certificate-revoked"],
    ["id: alice", "good"],
    ["serial: 0", "revocations-unreadable"],
    ["serial: 5-3", "revocations-unreadable"],
    ["serial: 18446744073709551616", "revocations-unreadable"],
    ["serial: 1-2-3", "revocations-unreadable"],
    ["serial: -3", "revocations-unreadable"],
    ["serial: 3x", "revocations-unreadable"],
    ["serial: 09", "revocations-unreadable"],
    ["id: # nobody", "revocations-unreadable"],
    ["hash: MD5:aa", "revocations-unreadable"],
    ["sha1: FINGERPRINT", "revocations-unreadable"],
    ["key: ssh-ed25519 AAAA", "revocations-unreadable"],
  ])("%j: the certificate's signature is %s", async (line, reason) => {
    expect(await reasonOf(certifiedCommit, filled(line))).toBe(reason);
  });
});

describe("other lines", () => {
  it("hold SSH and OpenPGP fingerprints in the forms that tools print", () => {
    const sha = `SHA256:${"A".repeat(43)}`;
    const revoked = readRevokedKeys(
      `${sha} comment\n${sha}=\n${V4}\nabcd ${"ef01 ".repeat(14)}2345 # old\n\n`,
    );
    expect(revoked.problems).toEqual([]);
    expect([...revoked.ssh.keys]).toEqual([sha]);
    expect([...revoked.openpgp]).toEqual([V4, `ABCD${"EF01".repeat(14)}2345`]);
  });

  it.each(["alice", "SHA256:short", "MD5:00:11", V4.slice(8), "ssh-ed25519 AAAA", "ssh-ed25519", "key:"])(
    "that name nothing are named: %s",
    (line) => {
      expect(readRevokedKeys(`${V4}\n${line}`).problems).toEqual([{ line: 2, message: expect.any(String) }]);
    },
  );

  it("are understood or named, whatever they hold", () => {
    const piece = fc.constantFrom(
      "serial:",
      "id:",
      "key:",
      "hash:",
      "1",
      "-",
      "#",
      " ",
      "SHA256:",
      V4,
      "x",
      "\0",
    );
    const lines = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(lines, (line) => {
        const { ssh, openpgp, problems } = readRevokedKeys(line);
        const blank = line.trim() === "" || line.trim().startsWith("#");
        return (ssh.keys.size + ssh.certificates.size + openpgp.size > 0 || problems.length > 0) !== blank;
      }),
      { numRuns: 2000 },
    );
  });

  it("are read in linear time", () => {
    const n = 300_000;
    const spent = stopwatch();
    for (const text of [`a${" ".repeat(n)}b`, `SHA256:${" ".repeat(n)}`, " #".repeat(n), "\t".repeat(n)])
      readRevokedKeys(`x${text}`);
    expect(spent()).toBeLessThan(5_000);
  });
});
