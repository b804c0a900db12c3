/** Every reader of what strangers write, fed with noise and with damaged real input: it reads or refuses, and no more. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import fc from "fast-check";
import { buildTrust, REASONS, rebuildCommit, type Trust } from "../../../src/signatures/index.js";
import { readSshCertificate } from "../../../src/signatures/openssh/certificate.js";
import { readPublicKeyLine } from "../../../src/signatures/openssh/public-key-line.js";
import { readSshSignature } from "../../../src/signatures/openssh/sshsig.js";
import { readSignatureArmor } from "../../../src/signatures/pgp/packet.js";
import { readSignaturePacket } from "../../../src/signatures/pgp/signature-packet.js";
import { SignatureRefusal } from "../../../src/signatures/reasons.js";
import { readSshKey } from "../../../src/signatures/ssh.js";
import { run } from "../../support/run.js";
import { createKeyring, type Keyring } from "../../support/signing.js";
import { device } from "../ssh-device.js";
import {
  ALICE,
  gpgSign,
  material,
  payloadOf,
  revoke,
  trustIn,
  verifyRaw,
  type MaterialText,
} from "../support.js";
import { mutations } from "./mutations.js";

let keyring: Keyring;
/** Real input of each kind, by the reader it is for. */
const real = {
  armor: [] as Buffer[],
  packet: [] as Buffer[],
  blob: [] as Buffer[],
  certificate: [] as Buffer[],
};
const files = { allowedSigners: [] as Buffer[], revokedKeys: [] as Buffer[], keyring: [] as Buffer[] };

beforeAll(async () => {
  keyring = await createKeyring();
  const gpg = [await keyring.gpgKey(ALICE), await keyring.gpgKey({ ...ALICE, algo: "rsa2048" })];
  const ssh = [
    await keyring.sshKey(),
    await keyring.sshKey({ type: "ecdsa" }),
    await keyring.sshKey({ type: "rsa" }),
  ];
  const [authority = await keyring.sshKey()] = ssh;
  const certified = await keyring.sshCertificate(authority, authority, { principals: [ALICE.email] });
  const securityKey = device("ecdsa");
  const sshLines = [...ssh, certified, securityKey].map(({ publicKey }) => publicKey);

  for (const key of gpg) real.armor.push(Buffer.from(await gpgSign(keyring, key, payloadOf())));
  real.packet = real.armor.map((armor) => Buffer.from(readSignatureArmor(armor)));
  for (const key of [...ssh, certified])
    real.armor.push(Buffer.from(await keyring.sshSign(key, payloadOf())));
  real.blob = sshLines.flatMap((line) => readPublicKeyLine(line)?.blob ?? []);
  real.certificate = [readPublicKeyLine(certified.publicKey)?.blob ?? Buffer.alloc(0)];

  const options = [
    'namespaces="git,file"',
    "cert-authority",
    'valid-after="20200101Z",valid-before="20300101"',
    "",
  ];
  const lines = sshLines.map(
    (line, index) => `"*@a.example,!b@a.example" ${options[index % 4] ?? ""} ${line}`,
  );
  files.allowedSigners = [Buffer.from(`# keys\n${lines.join("\n")}\n`)];
  const krl = `${authority.path}.krl`;
  await run("ssh-keygen", ["-q", "-k", "-f", krl, `${authority.path}.pub`]);
  const list = [
    ...sshLines,
    ...ssh.map(({ fingerprint }) => fingerprint),
    ...gpg.map(({ fingerprint }) => fingerprint),
  ];
  files.revokedKeys = [Buffer.from(`# lost\n${list.join("\n")}\n`), await readFile(krl)];
  const [first, second] = gpg.map(({ publicKey }) => publicKey);
  const revoked =
    gpg[1] === undefined ? "" : (await revoke(keyring, gpg[1], "superseded", new Date(1.6e12))).publicKey;
  files.keyring = [first, second, revoked].map((armored) => Buffer.from(armored ?? ""));
});
afterAll(async () => {
  await keyring.dispose();
});

/** Runs a reader that may refuse, and may do nothing else. */
function refusesOrReads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    return error instanceof SignatureRefusal;
  }
}

const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  "OpenPGP armor": readSignatureArmor,
  "OpenPGP signature packet": readSignaturePacket,
  "SSH signature": readSshSignature,
  "SSH certificate": readSshCertificate,
  "SSH public key": readSshKey,
  "SSH public key line": (bytes) => readPublicKeyLine(Buffer.from(bytes).toString("latin1")),
  "commit put together again": (bytes) => {
    const text = Buffer.from(bytes).toString("latin1");
    return rebuildCommit({ oid: "0".repeat(40), payload: text, signature: text });
  },
};

describe.each(Object.entries(READERS))("the reader of an %s", (_name, read) => {
  it("reads or refuses noise", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
      refusesOrReads(() => read(bytes)),
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it("reads or refuses damaged real input of every kind", () => {
    const inputs = Object.values(real).flat();
    const property = fc.property(fc.constantFrom(...inputs), mutations(inputs), (input, mutate) =>
      refusesOrReads(() => read(mutate(input))),
    );
    fc.assert(property, { numRuns: 2000 });
  });
});

const textOf = (kind: keyof typeof files, bytes: Buffer): MaterialText => {
  const text = bytes.toString("latin1");
  return kind === "keyring" ? { keyring: [text] } : { [kind]: text };
};

describe.each(["allowedSigners", "revokedKeys", "keyring"] as const)(
  "a damaged file of trust: %s",
  (kind) => {
    it("is read as far as it can be, and what cannot is named", async () => {
      const inputs = files[kind];
      const property = fc.asyncProperty(
        fc.constantFrom(...inputs),
        mutations(inputs),
        async (input, mutate) => {
          const trust = await trustIn(textOf(kind, mutate(input)));
          return trust.problems.every(({ message }) => message !== "");
        },
      );
      await fc.assert(property, { numRuns: kind === "keyring" ? 300 : 1000 });
    });

    it("takes noise for nothing", async () => {
      const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const trust: Trust = await buildTrust(material(textOf(kind, Buffer.from(bytes))));
        return trust.ssh.size + trust.openpgp.size === 0;
      });
      await fc.assert(property, { numRuns: 300 });
    });
  },
);

describe("an object of soup", () => {
  it("gets a documented verdict, and never a good one", async () => {
    const trust = await trustIn({});
    const piece = fc.constantFrom(
      "tree 4\n",
      `tree ${"4".repeat(40)}\n`,
      "author a <a@a> 1 +0000\n",
      "committer a <a@a> 1 +0000\n",
      "tagger a <a@a> 1 +0000\n",
      "gpgsig ",
      "gpgsig-sha256 x\n",
      " ",
      "\n",
      "\0",
      "-----BEGIN PGP SIGNATURE-----\n",
      "-----BEGIN SSH SIGNATURE-----\n",
      "-----BEGIN SIGNED MESSAGE-----\n",
      "-----END SSH SIGNATURE-----\n",
      "-----END PGP SIGNATURE-----\n",
      "AAAA",
    );
    const soup = fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(pieces.join("")));
    const property = fc.property(soup, fc.constantFrom("commit", "tag"), (raw, type) => {
      const { verdict, reason } = verifyRaw(raw, trust, { type });
      return verdict !== "good" && reason !== "internal-error" && reason in REASONS;
    });
    fc.assert(property, { numRuns: 3000 });
  });
});
