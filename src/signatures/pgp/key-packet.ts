import { createHash } from "node:crypto";
import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import { readKeyMaterial, type PgpKeyMaterial } from "./public-key.js";

/** A public key or subkey as it stands in its packet (RFC 9580, section 5.5.2). */
export interface KeyPacket {
  readonly version: 4 | 6;
  /** The packet's bytes, which fingerprints and statements are made over. */
  readonly body: Uint8Array;
  /** Seconds since 1970. */
  readonly created: number;
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** 16 lower-case hex digits. */
  readonly keyId: string;
  readonly material: PgpKeyMaterial;
}

/** Reads the body of a public-key packet. Versions other than 4 and 6 are refused as `algorithm-unsupported`. */
export function readKeyPacket(body: Uint8Array): KeyPacket {
  const reader = new ByteReader(body, "signature-malformed");
  const version = reader.uint(1);
  if (version !== 4 && version !== 6)
    throw new SignatureRefusal(
      "algorithm-unsupported",
      `OpenPGP keys of version ${version} are not supported`,
    );
  const created = reader.uint(4);
  const algorithm = reader.uint(1);
  const fields = version === 6 ? reader.take(reader.uint(4)) : reader.rest();
  reader.expectEnd();
  const hash = createHash(version === 6 ? "sha256" : "sha1");
  const name = hash.update(hashedKey(version, body)).digest("hex");
  return {
    ...{ version, body, created, material: readKeyMaterial(algorithm, fields) },
    fingerprint: name.toUpperCase(),
    // The end of a version 4 fingerprint, the start of a version 6 one (section 5.5.4).
    keyId: version === 6 ? name.slice(0, 16) : name.slice(-16),
  };
}

/** A key as it is hashed for fingerprints and statements alike (RFC 9580, sections 5.2.4 and 5.5.4). */
export function hashedKey(version: 4 | 6, body: Uint8Array): Uint8Array {
  return version === 6 ? prefixed(0x9b, 4, body) : prefixed(0x99, 2, body);
}

/** `body` behind an octet that says what it is, and its length. */
export function prefixed(octet: number, lengthSize: 2 | 4, body: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + lengthSize + body.length);
  bytes.writeUInt8(octet, 0);
  bytes.writeUIntBE(body.length, 1, lengthSize);
  bytes.set(body, 1 + lengthSize);
  return bytes;
}
