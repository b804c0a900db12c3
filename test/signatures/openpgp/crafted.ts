/**
 * OpenPGP keys, statements and signatures put together octet by octet (RFC 4880 and RFC 9580), for what neither gpg nor
 * openpgp.js makes. It shares no code with src/, so that a mistake there is not repeated here.
 */
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { SIGNED_AT } from "../support.js";
import { KEYS_MADE_AT } from "../../support/signing.js";

export const seconds = (date: Date | string): number => new Date(date).getTime() / 1000;
export const KEYS_MADE = seconds(KEYS_MADE_AT);

export const uint = (value: number, size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
};

/** A number with its exact bit count. */
export function mpi(value: Uint8Array): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.alloc(0) : Buffer.from(value.subarray(first));
  const bits = digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;
  return Buffer.concat([uint(bits, 2), digits]);
}

/** A packet with a new-format header and a length of five octets. */
export const packet = (tag: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0xc0 | tag, 0xff]), uint(body.length, 4), body]);

/** A subpacket; types are critical from 128 on. */
export const subpacket = (type: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0xff]), uint(data.length + 1, 4), Buffer.from([type]), data]);

/** gpg 2.2 reads the last line of some armors without a checksum as data. */
function checksum(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  return uint(crc & 0xffffff, 3).toString("base64");
}

export const armor = (label: string, bytes: Uint8Array): string => {
  const lines = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN PGP ${label}-----\n\n${lines}\n=${checksum(bytes)}\n-----END PGP ${label}-----\n`;
};
export const armoredKey = (...packets: readonly Uint8Array[]): string =>
  armor("PUBLIC KEY BLOCK", Buffer.concat(packets));

export const DIGEST = { md5: 1, sha1: 2, ripemd160: 3, sha256: 8, sha512: 10 } as const;
export type Digest = keyof typeof DIGEST;
const SALT: Readonly<Partial<Record<Digest, number>>> = { sha256: 16, sha512: 32 };

export interface CraftedKey {
  readonly version: 4 | 6;
  readonly algorithm: number;
  readonly created: number;
  readonly body: Buffer;
  /** Lower-case hex. */
  readonly fingerprint: string;
  readonly keyId: string;
  /** The algorithm's own numbers of a signature over `data`. */
  readonly sign: (data: Buffer, digest: Digest) => Buffer;
}

type Kind = "rsa" | "ed25519-legacy" | "nistp256" | "ed25519" | "ed448";
const ALGORITHM: Readonly<Record<Kind, number>> = {
  rsa: 1,
  nistp256: 19,
  "ed25519-legacy": 22,
  ed25519: 27,
  ed448: 28,
};

export interface KeyOptions {
  readonly version?: 4 | 6;
  readonly bits?: number;
  readonly created?: number;
}

export function craftKey(kind: Kind = "ed25519-legacy", options: KeyOptions = {}): CraftedKey {
  const { version = 4, created = KEYS_MADE } = options;
  const { publicKey, privateKey } = pairOf(kind, options.bits ?? 2048);
  const [fields, algorithm] = [fieldsOf(kind, publicKey), ALGORITHM[kind]];
  const length = version === 6 ? uint(fields.length, 4) : Buffer.alloc(0);
  const body = Buffer.concat([
    Buffer.from([version]),
    uint(created, 4),
    Buffer.from([algorithm]),
    length,
    fields,
  ]);
  const fingerprint = createHash(version === 6 ? "sha256" : "sha1")
    .update(hashedKey({ version, body }))
    .digest("hex");
  const keyId = version === 6 ? fingerprint.slice(0, 16) : fingerprint.slice(-16);
  const made = (data: Buffer, digest: Digest): Buffer => signedBy(kind, privateKey, data, digest);
  return { version, algorithm, created, body, fingerprint, keyId, sign: made };
}

function pairOf(kind: Kind, modulusLength: number): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength });
  if (kind === "nistp256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  return kind === "ed448" ? generateKeyPairSync("ed448") : generateKeyPairSync("ed25519");
}

function fieldsOf(kind: Kind, key: KeyObject): Buffer {
  const { n = "", e = "", x = "", y = "" } = key.export({ format: "jwk" });
  const number = (text: string): Buffer => Buffer.from(text, "base64url");
  switch (kind) {
    case "rsa":
      return Buffer.concat([mpi(number(n)), mpi(number(e))]);
    case "nistp256":
      return Buffer.concat([
        Buffer.from("082a8648ce3d030107", "hex"),
        mpi(Buffer.concat([Buffer.from([4]), number(x), number(y)])),
      ]);
    case "ed25519-legacy":
      return Buffer.concat([
        Buffer.from("092b06010401da470f01", "hex"),
        mpi(Buffer.concat([Buffer.from([0x40]), number(x)])),
      ]);
    case "ed25519":
    case "ed448":
      return number(x);
  }
}

function signedBy(kind: Kind, key: KeyObject, data: Buffer, digest: Digest): Buffer {
  if (kind === "rsa") return mpi(sign(digest, data, key));
  if (kind === "nistp256") return halves(sign(digest, data, { key, dsaEncoding: "ieee-p1363" }));
  const value = sign(null, createHash(digest).update(data).digest(), key);
  return kind === "ed25519-legacy" ? halves(value) : value;
}

const halves = (value: Buffer): Buffer =>
  Buffer.concat([mpi(value.subarray(0, value.length / 2)), mpi(value.subarray(value.length / 2))]);

export function hashedKey({ version, body }: Pick<CraftedKey, "version" | "body">): Buffer {
  return version === 6
    ? Buffer.concat([Buffer.from([0x9b]), uint(body.length, 4), body])
    : Buffer.concat([Buffer.from([0x99]), uint(body.length, 2), body]);
}

export interface SignatureOptions {
  readonly version?: 3 | 4 | 6;
  readonly type?: number;
  readonly created?: number;
  readonly digest?: Digest;
  /** Further subpackets of the signed area, or, with `hashed`, all of them. */
  readonly more?: readonly Buffer[];
  readonly hashed?: readonly Buffer[];
  readonly unhashed?: readonly Buffer[];
  readonly algorithm?: number;
  readonly left16?: number;
  readonly material?: (made: Buffer) => Buffer;
}

/** The body of a signature packet by `key` over `data`. */
export function craftSignature(key: CraftedKey, data: Uint8Array, options: SignatureOptions = {}): Buffer {
  const all = { created: seconds(SIGNED_AT), type: 0, algorithm: key.algorithm, ...options };
  return options.version === 3
    ? craftVersion3(key, data, all)
    : craftVersion4(key, data, { ...all, version: options.version ?? key.version });
}

type Settled = SignatureOptions & Required<Pick<SignatureOptions, "created" | "type" | "algorithm">>;

const left16Of = (options: SignatureOptions): Buffer => uint(options.left16 ?? 0, 2);
const digestOf = ({ digest = "sha512" }: SignatureOptions): Digest => digest;

function madeBy(key: CraftedKey, signed: Buffer, options: SignatureOptions): Buffer {
  const made = key.sign(signed, digestOf(options));
  return options.material === undefined ? made : options.material(made);
}

function craftVersion3(key: CraftedKey, data: Uint8Array, options: Settled): Buffer {
  const trailer = Buffer.concat([Buffer.from([options.type]), uint(options.created, 4)]);
  const algorithms = Buffer.from([options.algorithm, DIGEST[digestOf(options)]]);
  const made = madeBy(key, Buffer.concat([data, trailer]), options);
  const head = [Buffer.from([3, 5]), trailer, Buffer.from(key.keyId, "hex"), algorithms];
  return Buffer.concat([...head, left16Of(options), made]);
}

function craftVersion4(
  key: CraftedKey,
  data: Uint8Array,
  options: Settled & { readonly version: 4 | 6 },
): Buffer {
  const { version, type, algorithm, created } = options;
  const size = version === 4 ? 2 : 4;
  const area = Buffer.concat(options.hashed ?? [...usual(key, created), ...(options.more ?? [])]);
  const unhashed = Buffer.concat(options.unhashed ?? []);
  const head = Buffer.from([version, type, algorithm, DIGEST[digestOf(options)]]);
  const fields = Buffer.concat([head, uint(area.length, size), area]);
  const trailer = Buffer.concat([fields, Buffer.from([version, 0xff]), uint(fields.length, 4)]);
  const salt = Buffer.alloc(version === 6 ? (SALT[digestOf(options)] ?? 0) : 0, 7);
  const made = madeBy(key, Buffer.concat([salt, data, trailer]), options);
  const salted = version === 6 ? [Buffer.from([salt.length]), salt] : [];
  return Buffer.concat([fields, uint(unhashed.length, size), unhashed, left16Of(options), ...salted, made]);
}

/** Creation time and issuer, by fingerprint and, as gpg wants it in version 4, by key id. */
export const usual = (key: CraftedKey, created: number): Buffer[] => [
  subpacket(2, uint(created, 4)),
  issuerFingerprint(key),
  ...(key.version === 4 ? [issuerKeyId(key)] : []),
];
export const issuerKeyId = (key: CraftedKey): Buffer => subpacket(16, Buffer.from(key.keyId, "hex"));
export const issuerFingerprint = (key: CraftedKey): Buffer =>
  subpacket(33, Buffer.from(`0${key.version}${key.fingerprint}`, "hex"));
export const keyFlags = (flags: number): Buffer => subpacket(27, Buffer.from([flags]));
export const keyLifetime = (value: number): Buffer => subpacket(9, uint(value, 4));
export const signatureLifetime = (value: number): Buffer => subpacket(3, uint(value, 4));
export const reasonFor = (code: number): Buffer => subpacket(29, Buffer.from([code]));

const statementAt = (options: SignatureOptions): SignatureOptions => ({ created: KEYS_MADE, ...options });

/** A packet with a self-signature over the key alone: 0x1f, a direct-key signature, or 0x20, a revocation. */
export const overKey = (key: CraftedKey, type: number, options: SignatureOptions = {}, by = key): Buffer =>
  packet(2, craftSignature(by, hashedKey(key), { ...statementAt(options), type }));

/** A packet with a certification of a user id (0x10 to 0x13), or its revocation (0x30). */
export function overUserId(
  key: CraftedKey,
  userId: string,
  options: SignatureOptions = {},
  by = key,
): Buffer {
  const body = Buffer.from(userId);
  const named =
    options.version === 3 ? body : Buffer.concat([Buffer.from([0xb4]), uint(body.length, 4), body]);
  const data = Buffer.concat([hashedKey(key), named]);
  return packet(2, craftSignature(by, data, { type: 0x13, ...statementAt(options) }));
}

export const keyPacket = (key: CraftedKey): Buffer => packet(6, key.body);
export const userIdPacket = (userId: string): Buffer => packet(13, Buffer.from(userId));

export interface SubkeyOptions extends SignatureOptions {
  /** The subkey's own signature over its primary key: by itself (default), left out, or somebody else's. */
  readonly confirmedBy?: CraftedKey | null;
  readonly confirmation?: SignatureOptions;
  readonly confirmedIn?: "hashed" | "unhashed";
}

/** Packets of a subkey that may sign, with its binding. */
export function subkeyPackets(primary: CraftedKey, subkey: CraftedKey, options: SubkeyOptions = {}): Buffer {
  const data = Buffer.concat([hashedKey(primary), hashedKey(subkey)]);
  const by = options.confirmedBy === undefined ? subkey : options.confirmedBy;
  const confirmation = { ...statementAt(options.confirmation ?? {}), type: 0x19 };
  const embedded = by === null ? [] : [subpacket(32, craftSignature(by, data, confirmation))];
  const inside = options.confirmedIn === "hashed" ? { more: embedded } : { unhashed: embedded };
  const more = [...(options.more ?? [keyFlags(2)]), ...(inside.more ?? [])];
  const binding = { type: 0x18, ...statementAt(options), ...inside, more };
  return Buffer.concat([packet(14, subkey.body), packet(2, craftSignature(primary, data, binding))]);
}

export const subkeyRevocation = (
  primary: CraftedKey,
  subkey: CraftedKey,
  options: SignatureOptions = {},
): Buffer =>
  packet(
    2,
    craftSignature(primary, Buffer.concat([hashedKey(primary), hashedKey(subkey)]), {
      ...statementAt(options),
      type: 0x28,
    }),
  );

/** An armored signature over a commit. */
export const signatureOver = (key: CraftedKey, payload: string, options: SignatureOptions = {}): string =>
  armor("SIGNATURE", packet(2, craftSignature(key, Buffer.from(payload), options)));
