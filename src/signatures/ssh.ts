/**
 * The only importer of sshpk, which takes plain OpenSSH public keys apart. `node:crypto` does the mathematics, 80 times
 * as fast for Ed25519; security keys and certificates, which sshpk does not know, are read in `openssh/`.
 */
import sshpk from "sshpk";
import { edwards } from "./pgp/public-key.js";
import { certificateIn } from "./openssh/certificate.js";
import { CURVES, ecdsaKey, readSecurityKey, rsaKey, type SshKeyMaterial } from "./openssh/key-material.js";
import { typeOf } from "./openssh/wire.js";

/**
 * Reads a public key in wire format (RFC 4253, section 6.6); of a certificate, the key it certifies. What cannot be
 * read is `unsupported`.
 */
export function readSshKey(publicKey: Uint8Array): SshKeyMaterial {
  const type = typeOf(publicKey);
  if (type === null) return { kind: "unsupported" };
  try {
    const certificate = certificateIn(publicKey);
    if (certificate !== null) return readSshKey(certificate.key);
    return type.startsWith("sk-") ? readSecurityKey(publicKey) : readPlainKey(publicKey);
  } catch {
    return { kind: "unsupported" };
  }
}

function readPlainKey(publicKey: Uint8Array): SshKeyMaterial {
  const bytes = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength);
  const key = sshpk.parseKey(bytes, "rfc4253");
  // A second encoding of a key (zeros before a number) would get past a list of revoked keys; and what holds a private
  // key's numbers, too, is no public key.
  const canonical = key.toBuffer("rfc4253").equals(bytes);
  if (!canonical || key instanceof sshpk.PrivateKey) return { kind: "unsupported" };
  return materialOf(key.type, (name) => partOf(key, name));
}

/** A number without its sign's zero, or bytes as they are. */
function partOf(key: sshpk.Key, name: string): Buffer {
  const data = key.parts.find((part) => part.name === name)?.data ?? Buffer.alloc(0);
  return data[0] === 0 && name !== "A" ? data.subarray(1) : data;
}

function materialOf(type: string, part: (name: string) => Buffer): SshKeyMaterial {
  switch (type) {
    case "rsa":
      return rsaKey(part("e"), part("n"));
    case "ecdsa": {
      const curve = CURVES.find(({ name }) => name === part("curve").toString("latin1"));
      const key = curve === undefined ? null : ecdsaKey(curve, part("Q"));
      return curve === undefined || key === null ? { kind: "unsupported" } : { kind: "ecdsa", key, curve };
    }
    case "ed25519":
      return { kind: "ed25519", key: edwards("Ed25519", part("A")) };
    case "dsa":
      return { kind: "dsa" };
    default:
      return { kind: "unsupported" };
  }
}
