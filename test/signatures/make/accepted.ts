import type { ObjectFormat, ObjectType, Trust, TrustMaterial } from "../../../src/signatures/index.js";
import { buildTrust, objectId } from "../../../src/signatures/index.js";
import type { GpgKey, Keyring, SshKey } from "../../support/signing.js";
import { ALICE, gpgSign, material, payloadOf, tagOf, withSignature } from "../support.js";
import { modernKey, type ModernKey } from "./openpgp-js.js";
import { device } from "../ssh-device.js";

/** An object whose signature is good under `Accepted.trust`. */
export interface Accepted {
  readonly name: string;
  readonly type: ObjectType;
  readonly objectFormat: ObjectFormat;
  readonly oid: string;
  readonly raw: Buffer;
}

export interface AcceptedObjects {
  readonly objects: readonly Accepted[];
  readonly material: TrustMaterial;
  readonly trust: Trust;
}

const GPG_ALGORITHMS = [
  "ed25519",
  "rsa2048",
  "nistp256",
  "nistp384",
  "nistp521",
  "secp256k1",
  "brainpoolP256r1",
  "brainpoolP384r1",
  "brainpoolP512r1",
  "dsa2048",
];
const SSH_KEYS = [
  { type: "ed25519" },
  { type: "ecdsa", bits: 256 },
  { type: "ecdsa", bits: 384 },
  { type: "ecdsa", bits: 521 },
  { type: "rsa", bits: 2048 },
] as const;
const MODERN_KEYS: readonly ModernKey[] = ["v6 ed25519", "v6 ed448", "v4 ed25519"];

/** One signer: its name, how it signs, and what makes its key trusted. */
interface Signer {
  readonly name: string;
  readonly sign: (payload: string) => Promise<string>;
  readonly keyring?: string;
  readonly allowed?: string;
}

/**
 * Objects signed with every algorithm and in every form that is accepted, by real gpg and ssh-keygen where those can:
 * commits of each algorithm, tags, and both in repositories with SHA-256.
 */
export async function acceptedObjects(keyring: Keyring): Promise<AcceptedObjects> {
  const signers = [
    ...(await gpgSigners(keyring)),
    ...(await Promise.all(MODERN_KEYS.map(modernSigner))),
    ...(await Promise.all(
      SSH_KEYS.map(async (options) => sshSigner(keyring, await keyring.sshKey(options))),
    )),
    await certifiedSigner(keyring),
    securityKeySigner("ed25519"),
    securityKeySigner("ecdsa"),
  ];
  const trusted = material({
    keyring: signers.flatMap(({ keyring: armored }) => armored ?? []),
    allowedSigners: signers.flatMap(({ allowed }) => allowed ?? []).join("\n"),
  });
  const objects = await Promise.all(signers.map(async (signer) => await signedCommit(signer, "sha1")));
  for (const signer of signers.filter(({ name }) => name === "gpg ed25519" || name === "ssh ed25519")) {
    objects.push(await signedCommit(signer, "sha256"));
    for (const objectFormat of ["sha1", "sha256"] as const)
      objects.push(await signedTag(signer, objectFormat));
  }
  return { objects, material: trusted, trust: await buildTrust(trusted) };
}

async function gpgSigners(keyring: Keyring): Promise<Signer[]> {
  const signers: Signer[] = [];
  // One after the other: in a new keyring, two gpgs trip over each other's files.
  for (const algo of GPG_ALGORITHMS) signers.push(await gpgSigner(keyring, algo));
  return signers;
}

async function gpgSigner(keyring: Keyring, algo: string): Promise<Signer> {
  const key: GpgKey = await keyring.gpgKey({ ...ALICE, algo });
  const args = algo.startsWith("dsa") ? ["--digest-algo", "SHA256"] : [];
  const sign = async (payload: string): Promise<string> => await gpgSign(keyring, key, payload, { args });
  return { name: `gpg ${algo}`, sign, keyring: key.publicKey };
}

async function modernSigner(kind: ModernKey): Promise<Signer> {
  const { publicKey, sign } = await modernKey(kind);
  return { name: `openpgp.js ${kind}`, sign, keyring: publicKey };
}

function sshSigner(keyring: Keyring, key: SshKey): Signer {
  const type = key.publicKey.split(" ", 1)[0] ?? "";
  const name = `ssh ${type.replace(/^ssh-|^ecdsa-sha2-/, "")}`;
  const sign = async (payload: string): Promise<string> => await keyring.sshSign(key, payload);
  return { name, sign, allowed: `${ALICE.email} ${key.publicKey}` };
}

async function certifiedSigner(keyring: Keyring): Promise<Signer> {
  const authority = await keyring.sshKey({ type: "ecdsa" });
  const key = await keyring.sshCertificate(authority, await keyring.sshKey(), { principals: [ALICE.email] });
  const sign = async (payload: string): Promise<string> => await keyring.sshSign(key, payload);
  return { name: "ssh certificate", sign, allowed: `*@a.example cert-authority ${authority.publicKey}` };
}

function securityKeySigner(kind: "ed25519" | "ecdsa"): Signer {
  const key = device(kind);
  const sign = async (payload: string): Promise<string> => await Promise.resolve(key.sign(payload));
  return { name: `ssh sk-${kind}`, sign, allowed: `${ALICE.email} ${key.publicKey}` };
}

async function signedCommit(signer: Signer, objectFormat: ObjectFormat): Promise<Accepted> {
  const payload = payloadOf({ objectFormat });
  const header = objectFormat === "sha1" ? "gpgsig" : "gpgsig-sha256";
  return accepted(signer, "commit", objectFormat, withSignature(payload, await signer.sign(payload), header));
}

async function signedTag(signer: Signer, objectFormat: ObjectFormat): Promise<Accepted> {
  const payload = tagOf({ objectFormat });
  return accepted(signer, "tag", objectFormat, Buffer.from(payload + (await signer.sign(payload))));
}

function accepted(signer: Signer, type: ObjectType, objectFormat: ObjectFormat, raw: Buffer): Accepted {
  const name = `${signer.name}, ${objectFormat} ${type}`;
  return { name, type, objectFormat, oid: objectId(type, raw, objectFormat), raw };
}
