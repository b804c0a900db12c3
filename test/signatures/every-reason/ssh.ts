import { STRICT_RULES, type ReasonCode } from "../../../src/signatures/index.js";
import type { SshCertificateOptions } from "../../support/signing.js";
import { armored, sshsigBody, wireString } from "../make/ssh-in-software.js";
import { device, type DeviceUse } from "../ssh-device.js";
import { makeKrl } from "../ssh-reference.js";
import {
  ALICE,
  payloadOf,
  sshCommit,
  trustIn,
  verifyRaw,
  withSignature,
  type RawOptions,
} from "../support.js";
import type { Case, Cases } from "./case.js";

/** A commit by real ssh-keygen; `line`: how its key stands in allowed_signers. */
const bySsh =
  (line: string, namespace = "git"): Case =>
  async (keyring) => {
    const key = await keyring.sshKey();
    const allowedSigners = line.replace("KEY", key.publicKey);
    return verifyRaw(await sshCommit(keyring, key, { namespace }), await trustIn({ allowedSigners }));
  };

/** A commit signed with a certificate; `krl`: what of it the authority has revoked. */
const certified =
  (options: Partial<SshCertificateOptions>, krl?: string): Case =>
  async (keyring) => {
    const authority = await keyring.sshKey();
    const given = { principals: [ALICE.email], ...options };
    const key = await keyring.sshCertificate(authority, await keyring.sshKey(), given);
    const revokedKeys = krl === undefined ? "" : (await makeKrl(krl, authority.path)).toString("latin1");
    const allowedSigners = `*@a.example cert-authority ${authority.publicKey}`;
    return verifyRaw(await sshCommit(keyring, key), await trustIn({ allowedSigners, revokedKeys }));
  };

/** A commit signed with a security key. */
const touched =
  (use: DeviceUse, verify: RawOptions = {}): Case =>
  async () => {
    const key = device("ed25519");
    const raw = withSignature(payloadOf(), key.sign(payloadOf(), use));
    return verifyRaw(raw, await trustIn({ allowedSigners: `${ALICE.email} ${key.publicKey}` }), verify);
  };

const embedding =
  (publicKey: Buffer): Case =>
  async () => {
    const value = Buffer.concat(["ssh-ed25519", Buffer.alloc(64)].map(wireString));
    return verifyRaw(withSignature(payloadOf(), armored(sshsigBody(publicKey, value))), await trustIn({}));
  };

export const SSH = {
  good: { "ssh-keygen": bySsh(`${ALICE.email} KEY`) },
  "good-key-expired-since": {
    "the line has ended": bySsh(`${ALICE.email} valid-before="20250101Z" KEY`),
    "the certificate has ended": certified({ validity: "20230101:20250101" }),
  },
  "unknown-key": { "ssh-keygen": bySsh("") },
  "namespace-not-allowed": { "listed for files": bySsh(`${ALICE.email} namespaces="file" KEY`) },
  "certificate-authority-as-key": { "ssh-keygen": bySsh(`${ALICE.email} cert-authority KEY`) },
  "certificate-principal-mismatch": {
    "of another domain": certified({ principals: ["alice@b.example"] }),
    "of nobody": certified({ principals: [] }),
  },
  "signature-malformed": {
    "CR LF in the armor": async (keyring) => {
      const armor = (await keyring.sshSign(await keyring.sshKey(), payloadOf())).replaceAll("\n", "\r\n");
      return verifyRaw(withSignature(payloadOf(), armor), await trustIn({}));
    },
  },
  "signature-invalid": {
    "of another commit": async (keyring) => {
      const armor = await keyring.sshSign(await keyring.sshKey(), payloadOf({ message: "Other\n" }));
      return verifyRaw(withSignature(payloadOf(), armor), await trustIn({}));
    },
  },
  "namespace-mismatch": { "for files": bySsh(`${ALICE.email} KEY`, "file") },
  "user-presence-missing": { "nobody touched it": touched({ flags: 0 }) },
  "user-verification-missing": {
    "a touch only": touched({ flags: 1 }, { rules: { ...STRICT_RULES, userVerification: "required" } }),
  },
  "certificate-invalid": { "of a host": certified({ args: ["-h"] }) },
  "certificate-restricted": { "for one command": certified({ args: ["-O", "force-command=true"] }) },
  "certificate-expired": { "before the commit": certified({ validity: "20220101:20230101" }) },
  "certificate-not-yet-valid": { "after the commit": certified({ validity: "20250101:20300101" }) },
  "certificate-revoked": {
    "by serial number": certified({ args: ["-z", "5"] }, "serial: 5\n"),
    "by key id": certified({}, "id: test\n"),
  },
  "algorithm-unsupported": { "a key of no known type": embedding(wireString("ssh-nobody")) },
  "key-expired": { "the line had ended": bySsh(`${ALICE.email} valid-before="20230101Z" KEY`) },
  "key-not-yet-valid": { "the line begins later": bySsh(`${ALICE.email} valid-after="20250101Z" KEY`) },
} as const satisfies Partial<Cases<ReasonCode>>;
