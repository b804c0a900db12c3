import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { armored, signedFrame, sshsigBody, wireString } from "./make/ssh-in-software.js";

/** How a device is used for one signature, and what stands around it. */
export interface DeviceUse {
  /** As PROTOCOL.u2f numbers them: 1 touched, 4 PIN or finger checked, 0x40 attested data, 0x80 extensions. */
  readonly flags?: number;
  /** The key or certificate that the signature embeds; the device's own key where left out. */
  readonly embedded?: Uint8Array;
  /** Signs as a browser does, with these parts otherwise where given. */
  readonly webauthn?: {
    readonly origin?: string;
    readonly extensions?: Uint8Array;
    /** What is signed as client data, of the one that it should be. */
    readonly clientData?: (expected: string) => string;
  };
}

/** A security key, played by this process. */
export interface Device {
  /** One line, as in an `id_*.pub` file. */
  readonly publicKey: string;
  readonly blob: Buffer;
  /** An armored SSHSIG over `data`. */
  sign(data: string, use?: DeviceUse): string;
  /** The algorithm's own form of a signature over `frame`: what a certificate of this device's holds. */
  signFrame(frame: Uint8Array, use?: DeviceUse): Buffer;
}

const APPLICATION = "ssh:";
const WEBAUTHN = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

export function device(kind: "ed25519" | "ecdsa"): Device {
  const pair =
    kind === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const type = kind === "ed25519" ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  const blob = Buffer.concat([type, ...fieldsOf(pair.publicKey), APPLICATION].map(wireString));
  const signFrame = (frame: Uint8Array, use: DeviceUse = {}): Buffer => {
    const state = Buffer.from([use.flags ?? 1, 0, 0, 0, 7]);
    const { message, extensions, fields } = wrapped(frame, use);
    const signed = Buffer.concat([sha256(Buffer.from(APPLICATION)), state, extensions, sha256(message)]);
    const value = kind === "ed25519" ? sign(null, signed, pair.privateKey) : ecdsa(signed, pair.privateKey);
    const algorithm = use.webauthn === undefined ? type : WEBAUTHN;
    return Buffer.concat([wireString(algorithm), wireString(value), state, ...fields]);
  };
  return {
    blob,
    publicKey: `${type} ${blob.toString("base64")}`,
    signFrame,
    sign: (data, use = {}) => armored(sshsigBody(use.embedded ?? blob, signFrame(signedFrame(data), use))),
  };
}

/** What the device hashes for a frame, and the fields that a browser adds. */
function wrapped(frame: Uint8Array, { webauthn }: DeviceUse) {
  const none = Buffer.alloc(0);
  if (webauthn === undefined) return { message: frame, extensions: none, fields: [] };
  const { origin = "https://a.example", extensions = none, clientData = (text: string) => text } = webauthn;
  const challenge = Buffer.from(frame).toString("base64url");
  const expected = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}","crossOrigin":false}`;
  const message = Buffer.from(clientData(expected));
  return { message, extensions, fields: [wireString(origin), wireString(message), wireString(extensions)] };
}

function fieldsOf(key: KeyObject): (Buffer | string)[] {
  const { x = "", y } = key.export({ format: "jwk" });
  const first = Buffer.from(x, "base64url");
  return y === undefined
    ? [first]
    : ["nistp256", Buffer.concat([Buffer.from([4]), first, Buffer.from(y, "base64url")])];
}

/** Two `mpint`s (RFC 4251, section 5). */
function ecdsa(signed: Buffer, key: KeyObject): Buffer {
  const pair = sign("sha256", signed, { key, dsaEncoding: "ieee-p1363" });
  return Buffer.concat([mpint(pair.subarray(0, 32)), mpint(pair.subarray(32))]);
}

/** A positive `mpint`: no zeros in front, but one where the number would look negative. */
export function mpint(bytes: Buffer): Buffer {
  const number = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return wireString((number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), number]) : number);
}

const sha256 = (data: Uint8Array): Buffer => createHash("sha256").update(data).digest();
