/** Objects that a stranger can push, each of about `size` bytes and as costly to read as can be thought of. */
import { deflateRawSync } from "node:zlib";
import {
  objectId,
  rebuildCommit,
  verifyObject,
  type ObjectType,
  type Trust,
} from "../../../src/signatures/index.js";
import { armored, sshsigBody, wireString } from "../make/ssh-in-software.js";
import { device } from "../ssh-device.js";
import { NOW, payloadOf, tagOf, withSignature } from "../support.js";

/** Reads one hostile input, and says what became of it. */
export type Reading = () => string | Promise<string>;

/** Makes an input of about `size` bytes; only the reading of it is measured. */
export type Hostile = (size: number, trust: Trust) => Reading;

function verdictOn(raw: Buffer, trust: Trust, type: ObjectType = "commit"): Reading {
  const oid = objectId(type, raw, "sha1");
  return () => verifyObject({ type, oid, raw }, trust, NOW).reason;
}

const signedBy =
  (signature: (size: number) => string): Hostile =>
  (size, trust) => {
    const [head = "", message = ""] = payloadOf().split("\n\n");
    const raw = [`${head}\ngpgsig `, folded(signature(size)), `\n\n${message}`];
    return verdictOn(Buffer.concat(raw.map((part) => Buffer.from(part))), trust);
  };

/** As Git folds a header, but with memory for its bytes only: replacing strings keeps a piece of string a line. */
function folded(text: string): Buffer {
  const bytes = Buffer.from(text.replace(/\n$/, ""), "latin1");
  const written = Buffer.alloc(2 * bytes.length);
  let length = 0;
  for (const byte of bytes) {
    written[length++] = byte;
    if (byte === 0x0a) written[length++] = 0x20;
  }
  return written.subarray(0, length);
}

const PGP = "-----BEGIN PGP SIGNATURE-----";
const PGP_END = "-----END PGP SIGNATURE-----\n";
const pgpArmor = (body: Buffer): string => `${PGP}\n\n${body.toString("base64")}\n${PGP_END}`;
const pgpBody = (body: (size: number) => Buffer): Hostile => signedBy((size) => pgpArmor(body(size)));
const sshBody = (key: (size: number) => Buffer): Hostile =>
  signedBy((size) =>
    armored(sshsigBody(key(size), Buffer.concat(["ssh-ed25519", Buffer.alloc(64)].map(wireString)))),
  );

/** A packet of the new format with a four-byte length (RFC 9580, section 4.2.1). */
function packet(tag: number, body: Buffer, claimed = body.length): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt8(0xc0 | tag, 0);
  header.writeUInt8(0xff, 1);
  header.writeUInt32BE(claimed, 2);
  return Buffer.concat([header, body]);
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A signature packet of version 6, whose hashed area may be of any size. */
const version6 = (hashed: Buffer): Buffer =>
  packet(
    2,
    Buffer.concat([
      Buffer.from([6, 0, 27, 8]),
      uint32(hashed.length),
      hashed,
      uint32(0),
      Buffer.from([0, 0, 16]),
      Buffer.alloc(80),
    ]),
  );

/** Packets in packets, each with the true length of what it holds. */
function nested(size: number): Buffer {
  const headers: Buffer[] = [];
  for (let left = size; left > 6; left -= 6) headers.push(packet(2, Buffer.alloc(0), left - 6));
  return Buffer.concat(headers);
}

/** A certificate (PROTOCOL.certkeys) whose principals and options are `names`. */
function certificate(names: Buffer): Buffer {
  const fields = ["ssh-ed25519-cert-v01@openssh.com", "", Buffer.alloc(32)].map(wireString);
  const validity = [Buffer.alloc(8), Buffer.alloc(8, 0xff)];
  const rest = [names, "", "", Buffer.alloc(51), Buffer.alloc(83)].map(wireString);
  const [principals = Buffer.alloc(0), ...others] = rest;
  const subject = [Buffer.alloc(8), uint32(1), wireString("id"), principals];
  return Buffer.concat([...fields, ...subject, ...validity, ...others]);
}

const headers = (line: (size: number) => string): Hostile => {
  return (size, trust) =>
    verdictOn(withSignature(payloadOf({ headers: line(size) }), pgpArmor(Buffer.alloc(100))), trust);
};

/** Trusted by `HOSTILE_SIGNERS`, so that what it signed is read to the end. */
const SIGNER = device("ed25519");
/** A pattern that naive matching takes for ever to refuse. */
export const HOSTILE_SIGNERS = `${"*a".repeat(20)}*@b.example,*@c.example ${SIGNER.publicKey}\n`;

export const HOSTILE_OBJECTS: Readonly<Record<string, Hostile>> = {
  "one long header": headers((size) => `x ${"a".repeat(size)}\n`),
  "many headers": headers((size) => "a b\n".repeat(size / 4)),
  "many repeated headers": headers((size) => "tree b\n".repeat(size / 7)),
  "many folded lines of a header": headers((size) => `x y\n${" \n".repeat(size / 2)}`),
  "many signature headers": headers((size) => "gpgsig x\n".repeat(size / 9)),
  "a long message": (size, trust) =>
    verdictOn(withSignature(payloadOf({ message: "\n".repeat(size) }), pgpArmor(Buffer.alloc(100))), trust),
  "a long address": (size, trust) =>
    verdictOn(withSignature(payloadOf({ email: "a".repeat(size) }), pgpArmor(Buffer.alloc(100))), trust),
  "a long address of a trusted signer": (size, trust) => {
    const payload = payloadOf({ email: `${"a".repeat(size)}@c.example` });
    return verdictOn(withSignature(payload, SIGNER.sign(payload)), trust);
  },
  "a long name full of brackets": (size, trust) =>
    verdictOn(Buffer.from(payloadOf().replace("committer Alice", `committer ${"<".repeat(size)}`)), trust),
  "a tag that begins many signatures": (size, trust) =>
    verdictOn(Buffer.from(tagOf() + `${PGP}\n`.repeat(size / 30)), trust, "tag"),
  "a tag of many lines": (size, trust) =>
    verdictOn(Buffer.from(`${tagOf()}${"\n".repeat(size)}${PGP}\n`), trust, "tag"),

  "armor of many empty lines": signedBy((size) => `${PGP}\n${"\n".repeat(size)}${PGP_END}`),
  "armor of many headers": signedBy((size) => `${PGP}\n${"A: b\n".repeat(size / 5)}\n${PGP_END}`),
  "armor of many short lines": signedBy((size) => `${PGP}\n\n${"A\n".repeat(size / 2)}${PGP_END}`),
  "armor with blanks at the ends of lines": signedBy((size) => `${PGP}\n\n${" ".repeat(size)}A\n${PGP_END}`),
  "armor that begins many times": signedBy((size) => `${PGP}\n`.repeat(size / 30)),
  "armor that ends many times": signedBy((size) => `${PGP}\n\nAAAA\n${PGP_END.repeat(size / 28)}`),
  "text after the armor": signedBy((size) => `${PGP}\n\nAAAA\n${PGP_END}${"-".repeat(size)}`),
  "a long base64 body": pgpBody((size) => Buffer.alloc(size)),
  "a long base64 body for SSH": sshBody((size) => Buffer.alloc(size)),

  "nested packets": pgpBody(nested),
  "a row of packets": pgpBody((size) => Buffer.alloc(size, Buffer.from([0xc2, 0x00]))),
  "a packet that claims four gigabytes": pgpBody((size) => packet(2, Buffer.alloc(size, 4), 0xffffffff)),
  "a compressed bomb": pgpBody((size) =>
    packet(8, Buffer.concat([Buffer.from([1]), deflateRawSync(Buffer.alloc(size))])),
  ),
  "a signature of many subpackets": pgpBody((size) => version6(Buffer.alloc(size, Buffer.from([1, 99])))),
  "a signature of one huge subpacket": pgpBody((size) =>
    version6(Buffer.concat([Buffer.from([0xff]), uint32(size), Buffer.alloc(size, 99)])),
  ),

  "an SSH certificate for many principals": sshBody((size) => certificate(Buffer.alloc(size))),
  "an SSH certificate for one long principal": sshBody((size) =>
    certificate(wireString(Buffer.alloc(size, 97))),
  ),
  "an SSH key of a huge modulus": sshBody((size) =>
    Buffer.concat(["ssh-rsa", Buffer.from([1, 0, 1]), Buffer.alloc(size, 0x7f)].map(wireString)),
  ),
  "an SSH key of a huge exponent": sshBody((size) =>
    Buffer.concat(["ssh-rsa", Buffer.alloc(size, 0x7f), Buffer.alloc(256, 0x7f)].map(wireString)),
  ),
  "an SSH key of a huge DSA prime": sshBody((size) =>
    Buffer.concat(
      ["ssh-dss", ...Array.from({ length: 4 }, () => Buffer.alloc(size / 4, 0x7f))].map(wireString),
    ),
  ),
  "an SSH key of an unknown type": sshBody((size) => wireString("x".repeat(size))),

  "a long commit that is put together in vain": (size) => {
    const told = {
      oid: "0".repeat(40),
      payload: payloadOf({ message: "a".repeat(size / 64) }),
      signature: `${PGP}\n`,
    };
    return () => String(rebuildCommit(told));
  },
  "a commit of many headers that is put together in vain": (size) => {
    const payload = payloadOf({ headers: "a b\n".repeat(size / 4 / 64) });
    return () => String(rebuildCommit({ oid: "0".repeat(40), payload, signature: `${PGP}\n` }));
  },
};
