import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { dsaNumbers, pointOf, rsaNumbers, uint16, withoutLeadingZeros, type KeyPair } from "./wire.js";
import type { RawCheck } from "./signer.js";

/** Ids and names of RFC 9580, section 9.5. */
const SHA256 = { id: 8, name: "sha256" };
const SHA384 = { id: 9, name: "sha384" };
const SHA512 = { id: 10, name: "sha512" };

export interface PgpKey {
  /** The algorithm's part of the public key packet (RFC 9580, section 5.5.5). */
  readonly material: Buffer;
  /** Signs what a signature packet covers; gives the packet's last part (section 5.2.3) and the same as a raw check. */
  sign(data: Buffer): { material: Buffer; check: RawCheck };
}

export interface PgpAlgorithm {
  readonly name: string;
  /** RFC 9580, section 9.1. */
  readonly id: number;
  readonly hash: { readonly id: number; readonly name: string };
  generate(): PgpKey;
}

export function pgpRsa(bits: number): PgpAlgorithm {
  const generate = (): PgpKey => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
    const { n, e } = rsaNumbers(publicKey);
    return {
      material: Buffer.concat([mpi(n), mpi(e)]),
      sign: (data) => {
        const signature = sign(SHA256.name, data, privateKey);
        return { material: mpi(signature), check: { digest: SHA256.name, data, key: publicKey, signature } };
      },
    };
  };
  return { name: `RSA-${bits}`, id: 1, hash: SHA256, generate };
}

export function pgpDsa(): PgpAlgorithm {
  const generate = (): PgpKey => {
    const pair = generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 });
    return {
      material: Buffer.concat(dsaNumbers(pair.publicKey).map(mpi)),
      sign: pairSigner(pair, SHA256.name),
    };
  };
  return { name: "DSA-2048", id: 17, hash: SHA256, generate };
}

interface Curve {
  readonly name: string;
  /** Node's name. */
  readonly namedCurve: string;
  /** Hex of the object identifier's content octets (RFC 9580, section 9.2). */
  readonly oid: string;
  readonly bytes: number;
  readonly hash: PgpAlgorithm["hash"];
}

const CURVES: readonly Curve[] = [
  { name: "P-256", namedCurve: "prime256v1", oid: "2a8648ce3d030107", bytes: 32, hash: SHA256 },
  { name: "P-384", namedCurve: "secp384r1", oid: "2b81040022", bytes: 48, hash: SHA384 },
  { name: "P-521", namedCurve: "secp521r1", oid: "2b81040023", bytes: 66, hash: SHA512 },
  {
    name: "brainpoolP256r1",
    namedCurve: "brainpoolP256r1",
    oid: "2b2403030208010107",
    bytes: 32,
    hash: SHA256,
  },
  { name: "secp256k1", namedCurve: "secp256k1", oid: "2b8104000a", bytes: 32, hash: SHA256 },
];

/** ECDSA on every curve that OpenPGP and node:crypto both have. */
export const PGP_ECDSA: readonly PgpAlgorithm[] = CURVES.map(({ name, namedCurve, oid, bytes, hash }) => ({
  name: `ECDSA ${name}`,
  id: 19,
  hash,
  generate: (): PgpKey => {
    const pair = generateKeyPairSync("ec", { namedCurve });
    const point = pointOf(pair.publicKey, 1 + 2 * bytes);
    return { material: Buffer.concat([curveId(oid), mpi(point)]), sign: pairSigner(pair, hash.name) };
  },
}));

/** EdDSA as gpg 2.2 writes it: a point with the prefix 0x40, and two integers. */
export const PGP_EDDSA_LEGACY: PgpAlgorithm = {
  name: "EdDSA (Ed25519, legacy)",
  id: 22,
  hash: SHA256,
  generate: () => {
    const pair = generateKeyPairSync("ed25519");
    const point = Buffer.concat([Buffer.from([0x40]), pointOf(pair.publicKey, 32)]);
    const material = Buffer.concat([curveId("2b06010401da470f01"), mpi(point)]);
    return { material, sign: edwardsSigner(pair, SHA256.name, (value) => halves(value)) };
  },
};

/** Ed25519 and Ed448 of RFC 9580: their own octets, and no integers. */
export const PGP_ED25519 = native("Ed25519", 27, generateKeyPairSync("ed25519"), 32, SHA256);
export const PGP_ED448 = native("Ed448", 28, generateKeyPairSync("ed448"), 57, SHA512);

function native(
  name: string,
  id: number,
  pair: KeyPair,
  length: number,
  hash: PgpAlgorithm["hash"],
): PgpAlgorithm {
  const material = pointOf(pair.publicKey, length);
  const generate = (): PgpKey => ({ material, sign: edwardsSigner(pair, hash.name, (value) => value) });
  return { name, id, hash, generate };
}

/** The Edwards curves sign the digest that OpenPGP prescribes, as a message of their own. */
function edwardsSigner(
  { publicKey, privateKey }: KeyPair,
  hash: string,
  write: (value: Buffer) => Buffer,
): PgpKey["sign"] {
  return (signed) => {
    const data = createHash(hash).update(signed).digest();
    const signature = sign(null, data, privateKey);
    return { material: write(signature), check: { digest: null, data, key: publicKey, signature } };
  };
}

/** ECDSA and DSA: two integers. */
function pairSigner({ publicKey, privateKey }: KeyPair, hash: string): PgpKey["sign"] {
  const encoded = (key: KeyObject) => ({ key, dsaEncoding: "ieee-p1363" as const });
  return (data) => {
    const signature = sign(hash, data, encoded(privateKey));
    return { material: halves(signature), check: { digest: hash, data, key: encoded(publicKey), signature } };
  };
}

function halves(signature: Buffer): Buffer {
  const half = signature.length / 2;
  return Buffer.concat([mpi(signature.subarray(0, half)), mpi(signature.subarray(half))]);
}

/** A multiprecision integer: its length in bits, and its octets from the first that is not zero (section 3.2). */
function mpi(bytes: Buffer): Buffer {
  const octets = withoutLeadingZeros(bytes);
  const bits = octets.length === 0 ? 0 : octets.length * 8 - Math.clz32(octets.readUInt8(0)) + 24;
  return Buffer.concat([uint16(bits), octets]);
}

function curveId(oid: string): Buffer {
  const octets = Buffer.from(oid, "hex");
  return Buffer.concat([Buffer.from([octets.length]), octets]);
}
