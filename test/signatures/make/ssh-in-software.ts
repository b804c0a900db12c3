import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** A `string` of the SSH wire format (RFC 4251, section 5). */
export function wireString(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The armor of an SSHSIG (PROTOCOL.sshsig). */
export function armored(body: Uint8Array): string {
  const lines = (
    Buffer.from(body)
      .toString("base64")
      .match(/.{1,70}/g) ?? []
  ).join("\n");
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
}

/** What an SSHSIG holds, where a test wants it otherwise than ssh-keygen writes it. */
export interface Frame {
  readonly magic?: string;
  readonly version?: number;
  readonly namespace?: string;
  readonly reserved?: string;
  readonly hash?: string;
}

/** The body of an SSHSIG that holds `signature`, the algorithm's own form of it included. */
export function sshsigBody(publicKey: Uint8Array, signature: Uint8Array, frame: Frame = {}): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(frame.version ?? 1);
  const fields = [
    publicKey,
    frame.namespace ?? "git",
    frame.reserved ?? "",
    frame.hash ?? "sha512",
    signature,
  ];
  return Buffer.concat([Buffer.from(frame.magic ?? "SSHSIG"), version, ...fields.map(wireString)]);
}

/** What is signed for `data`, as PROTOCOL.sshsig has it. */
export function signedFrame(data: Uint8Array | string, { namespace = "git" }: Frame = {}): Buffer {
  const digest = createHash("sha512").update(data).digest();
  return Buffer.concat([Buffer.from("SSHSIG"), ...[namespace, "", "sha512", digest].map(wireString)]);
}

/** A key whose signatures are made here: security keys, and forms that ssh-keygen does not write. */
export interface SoftwareKey {
  /** One line, as in an `id_*.pub` file. */
  readonly publicKey: string;
  readonly blob: Buffer;
  /** An armored signature over `data`. */
  sign(data: Uint8Array | string, touch?: Partial<Touch>): string;
}

/** What a security key reports of its use (PROTOCOL.u2f). */
export interface Touch {
  readonly present: boolean;
  readonly verified: boolean;
  readonly counter: number;
}

const APPLICATION = "ssh:";

/** `sk-ssh-ed25519@openssh.com` or `sk-ecdsa-sha2-nistp256@openssh.com`, with the device played by this process. */
export function securityKey(kind: "ed25519" | "ecdsa"): SoftwareKey {
  const pair =
    kind === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const type = kind === "ed25519" ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  const fields =
    kind === "ed25519" ? [edwardsPoint(pair.publicKey)] : ["nistp256", curvePoint(pair.publicKey)];
  const blob = Buffer.concat([type, ...fields, APPLICATION].map(wireString));
  return {
    blob,
    publicKey: `${type} ${blob.toString("base64")}`,
    sign(data, touch = {}) {
      const state = stateOf(touch);
      const signed = Buffer.concat([sha256(APPLICATION), state, sha256(signedFrame(data))]);
      const value = kind === "ed25519" ? sign(null, signed, pair.privateKey) : ecdsa(signed, pair.privateKey);
      return armored(sshsigBody(blob, Buffer.concat([wireString(type), wireString(value), state])));
    },
  };
}

function stateOf({ present = true, verified = false, counter = 7 }: Partial<Touch>): Buffer {
  const state = Buffer.alloc(5);
  state.writeUInt8((present ? 1 : 0) | (verified ? 4 : 0), 0);
  state.writeUInt32BE(counter, 1);
  return state;
}

const sha256 = (data: Uint8Array | string): Buffer => createHash("sha256").update(data).digest();

function edwardsPoint(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

function curvePoint(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

/** Two `mpint`s (RFC 4251, section 5): no zeros in front, but one where the number would look negative. */
function ecdsa(signed: Buffer, key: KeyObject): Buffer {
  const pair = sign("sha256", signed, { key, dsaEncoding: "ieee-p1363" });
  const mpint = (bytes: Buffer): Buffer => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const number = bytes.subarray(first);
    return wireString((number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), number]) : number);
  };
  return Buffer.concat([mpint(pair.subarray(0, 32)), mpint(pair.subarray(32))]);
}
