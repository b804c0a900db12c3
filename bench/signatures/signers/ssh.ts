import { createHash, generateKeyPairSync, sign } from "node:crypto";
import {
  armorLines,
  pointOf,
  rsaNumbers,
  sha256,
  uint32,
  withoutLeadingZeros,
  type KeyPair,
} from "./wire.js";
import { SIGNER, type RawCheck, type Signed, type Signer } from "./signer.js";

const HASH = "sha512";

interface SshKey {
  readonly name: string;
  /** In wire format (RFC 4253, section 6.6). */
  readonly publicKey: Buffer;
  /** Signs the frame; gives the signature in wire format and the same as a raw check. */
  sign(frame: Buffer): { signature: Buffer; check: RawCheck };
}

/** A signer that writes SSHSIG (PROTOCOL.sshsig) for the namespace `git`, as `ssh-keygen -Y sign` does. */
export function sshSigner(key: SshKey): Signer {
  const { name, publicKey } = key;
  const type = publicKey.subarray(4, 4 + publicKey.readUInt32BE()).toString("latin1");
  return {
    name: `SSH ${name}`,
    format: "ssh",
    publicKey: `${SIGNER.email} namespaces="git" ${type} ${publicKey.toString("base64")}\n`,
    sign: (payload): Signed => {
      const digest = createHash(HASH).update(payload).digest();
      const magic = Buffer.from("SSHSIG");
      const frame = Buffer.concat([magic, text("git"), text(""), text(HASH), string(digest)]);
      const { signature, check } = key.sign(frame);
      const head = [magic, uint32(1), string(publicKey), text("git"), text(""), text(HASH)];
      const body = Buffer.concat([...head, string(signature)]);
      return { armored: armorLines("SSH SIGNATURE", body, 70), check };
    },
  };
}

export function sshEd25519(): SshKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    name: "ed25519",
    publicKey: Buffer.concat([text("ssh-ed25519"), string(pointOf(publicKey, 32))]),
    sign: (data) => {
      const signature = sign(null, data, privateKey);
      return {
        signature: Buffer.concat([text("ssh-ed25519"), string(signature)]),
        check: { digest: null, data, key: publicKey, signature },
      };
    },
  };
}

export function sshRsa(bits: number): SshKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n, e } = rsaNumbers(publicKey);
  return {
    name: `rsa-${bits}`,
    publicKey: Buffer.concat([text("ssh-rsa"), mpint(e), mpint(n)]),
    sign: (data) => {
      const signature = sign(HASH, data, privateKey);
      return {
        signature: Buffer.concat([text("rsa-sha2-512"), string(signature)]),
        check: { digest: HASH, data, key: publicKey, signature },
      };
    },
  };
}

const CURVES = {
  nistp256: { namedCurve: "prime256v1", bytes: 32, hash: "sha256" },
  nistp384: { namedCurve: "secp384r1", bytes: 48, hash: "sha384" },
  nistp521: { namedCurve: "secp521r1", bytes: 66, hash: "sha512" },
} as const;

export function sshEcdsa(curve: keyof typeof CURVES): SshKey {
  const { namedCurve, bytes, hash } = CURVES[curve];
  const pair = generateKeyPairSync("ec", { namedCurve });
  const type = text(`ecdsa-sha2-${curve}`);
  return {
    name: `ecdsa-${curve}`,
    publicKey: Buffer.concat([type, text(curve), string(pointOf(pair.publicKey, 1 + 2 * bytes))]),
    sign: (data) => {
      const check = signPair(pair, hash, data);
      return { signature: Buffer.concat([type, string(halves(check.signature))]), check };
    },
  };
}

const APPLICATION = "ssh:";
/** A touch, and nothing else; the first signature of this key. */
const KEY_STATE = Buffer.concat([Buffer.from([1]), uint32(1)]);

/** Security keys as software makes them: the same bytes as a device's (PROTOCOL.u2f). */
export function sshSecurityKey(kind: "ed25519" | "ecdsa"): SshKey {
  return kind === "ed25519" ? securityEd25519() : securityEcdsa();
}

function securityEd25519(): SshKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const type = text("sk-ssh-ed25519@openssh.com");
  return {
    name: "sk-ed25519",
    publicKey: Buffer.concat([type, string(pointOf(publicKey, 32)), text(APPLICATION)]),
    sign: (frame) => {
      const data = deviceData(frame);
      const signature = sign(null, data, privateKey);
      return {
        signature: Buffer.concat([type, string(signature), KEY_STATE]),
        check: { digest: null, data, key: publicKey, signature },
      };
    },
  };
}

function securityEcdsa(): SshKey {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const type = text("sk-ecdsa-sha2-nistp256@openssh.com");
  const point = pointOf(pair.publicKey, 65);
  return {
    name: "sk-ecdsa-nistp256",
    publicKey: Buffer.concat([type, text("nistp256"), string(point), text(APPLICATION)]),
    sign: (frame) => {
      const check = signPair(pair, "sha256", deviceData(frame));
      return { signature: Buffer.concat([type, string(halves(check.signature)), KEY_STATE]), check };
    },
  };
}

function deviceData(frame: Buffer): Buffer {
  return Buffer.concat([sha256(Buffer.from(APPLICATION)), KEY_STATE, sha256(frame)]);
}

function signPair({ publicKey, privateKey }: KeyPair, digest: string, data: Buffer): RawCheck {
  const signature = sign(digest, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return { digest, data, key: { key: publicKey, dsaEncoding: "ieee-p1363" }, signature };
}

/** Two `mpint`s behind one another (RFC 5656, section 3.1.2). */
function halves(signature: Buffer): Buffer {
  const half = signature.length / 2;
  return Buffer.concat([mpint(signature.subarray(0, half)), mpint(signature.subarray(half))]);
}

const string = (bytes: Buffer): Buffer => Buffer.concat([uint32(bytes.length), bytes]);
const text = (value: string): Buffer => string(Buffer.from(value));

/** An integer with a leading zero where its first bit would make it negative (RFC 4251, section 5). */
function mpint(bytes: Buffer): Buffer {
  const octets = withoutLeadingZeros(bytes);
  const negative = ((octets[0] ?? 0) & 0x80) !== 0;
  return string(negative ? Buffer.concat([Buffer.alloc(1), octets]) : octets);
}
