/** Files of trusted keys of about `size` bytes, as costly to read as can be thought of. */
import { generateKeyPairSync } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { buildTrust } from "../../../src/signatures/index.js";
import { wireString } from "../make/ssh-in-software.js";
import { material, type MaterialText } from "../support.js";
import type { Hostile } from "./hostile-objects.js";

const reading =
  (text: (size: number) => MaterialText): Hostile =>
  (size) => {
    const files = material(text(size));
    return async () => {
      const { problems, ssh, openpgp } = await buildTrust(files);
      return `${ssh.size} SSH keys, ${openpgp.size} OpenPGP keys, ${problems.length > 0 ? "problems" : "no problems"}`;
    };
  };
const signers = (text: (size: number) => string): Hostile =>
  reading((size) => ({ allowedSigners: text(size) }));
const revoked = (text: (size: number) => string): Hostile => reading((size) => ({ revokedKeys: text(size) }));
const keyring = (text: (size: number) => string): Hostile => reading((size) => ({ keyring: [text(size)] }));

const publicKey = (): string => {
  const x = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x ?? "";
  const blob = Buffer.concat(["ssh-ed25519", Buffer.from(x, "base64url")].map(wireString));
  return `ssh-ed25519 ${blob.toString("base64")}`;
};
const KEY = publicKey();

const BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END = "-----END PGP PUBLIC KEY BLOCK-----";
const block = (body: Buffer): string => `${BEGIN}\n\n${body.toString("base64")}\n${END}\n`;

/** A public-key packet of version 4 for Ed25519, and packets that follow it. */
function key(...more: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([4, 0x5e, 0, 0, 0, 27]), Buffer.alloc(32, 9)]);
  return Buffer.concat([Buffer.from([0xc6, body.length]), body, ...more]);
}
const repeated = (bytes: readonly number[], size: number): Buffer => Buffer.alloc(size, Buffer.from(bytes));

export const HOSTILE_TRUST: Readonly<Record<string, Hostile>> = {
  "allowed_signers: one key in many lines": signers((size) => `a@a.example ${KEY}\n`.repeat(size / 100)),
  "allowed_signers: many lines that are none": signers((size) => "x y\n".repeat(size / 4)),
  "allowed_signers: many empty lines": signers((size) => "\n".repeat(size)),
  "allowed_signers: one long line": signers((size) => "x".repeat(size)),
  "allowed_signers: one long line of blanks": signers((size) => `x${" ".repeat(size)}y`),
  "allowed_signers: one long line of quotes": signers((size) => `"${'""'.repeat(size / 2)} ${KEY}`),
  "allowed_signers: many principals": signers((size) => `${"a@a.example,".repeat(size / 12)}b ${KEY}`),
  "allowed_signers: many options": signers((size) => `a ${"namespaces=git,".repeat(size / 15)} ${KEY}`),
  "allowed_signers: one long option": signers((size) => `a namespaces="${"*a".repeat(size / 2)}" ${KEY}`),
  "allowed_signers: one long key": signers((size) => `a ssh-ed25519 ${"A".repeat(size)}`),
  "allowed_signers: a long comment": signers((size) => `a ${KEY} ${"c".repeat(size)}`),

  "revoked_keys: one key in many lines": revoked((size) => `${KEY}\n`.repeat(size / 80)),
  "revoked_keys: many lines that are none": revoked((size) => "x y\n".repeat(size / 4)),
  "revoked_keys: one long line": revoked((size) => "A".repeat(size)),
  "revoked_keys: one long line of blanks": revoked((size) => `A${" ".repeat(size)}B`),
  "revoked_keys: a KRL of nothing": revoked((size) => `SSHKRL\n\0${"\0".repeat(size)}`),
  "revoked_keys: a KRL that claims four gigabytes": revoked((size) => `SSHKRL\n\0${"\xff".repeat(size)}`),

  "keyring: many blocks without an end": keyring((size) => `${BEGIN}\n`.repeat(size / 37)),
  "keyring: many ends": keyring((size) => `${END}\n`.repeat(size / 35)),
  "keyring: many empty blocks": keyring((size) => `${BEGIN}\n\n${END}\n`.repeat(size / 73)),
  "keyring: one long block of nothing": keyring((size) => block(Buffer.alloc(size))),
  "keyring: a key that claims four gigabytes": keyring((size) =>
    block(Buffer.concat([Buffer.from([0xc6, 0xff, 0xff, 0xff, 0xff, 0xff, 4]), Buffer.alloc(size)])),
  ),
  "keyring: a compressed bomb": keyring((size) => {
    const bomb = Buffer.concat([
      Buffer.from([0xc8, 0xff, 0, 0, 0, 0, 1]),
      deflateRawSync(Buffer.alloc(size)),
    ]);
    bomb.writeUInt32BE(bomb.length - 6, 2);
    return block(bomb);
  }),
  "keyring: a key with many user ids": keyring((size) => block(key(repeated([0xcd, 1, 97], size)))),
  "keyring: a key with many subkeys": keyring((size) => {
    const subkey = Buffer.from(key());
    subkey.writeUInt8(0xce, 0);
    return block(key(repeated([...subkey], size)));
  }),
  "keyring: a key with one long user id": keyring((size) => {
    const header = Buffer.from([0xcd, 0xff, 0, 0, 0, 0]);
    header.writeUInt32BE(size, 2);
    return block(key(header, Buffer.alloc(size, 97)));
  }),
  "keyring: a row of unknown packets": keyring((size) => block(key(repeated([0xfc, 1, 0], size)))),
};
