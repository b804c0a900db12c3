import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Trust } from "../../../src/signatures/index.js";
import { ALICE, SIGNED_AT, payloadOf, trustIn, verifyRaw, withSignature } from "../support.js";
import {
  armor,
  armoredKey,
  craftKey,
  craftSignature,
  issuerFingerprint,
  issuerKeyId,
  keyPacket,
  mpi,
  overUserId,
  packet,
  seconds,
  signatureLifetime,
  subpacket,
  uint,
  userIdPacket,
  usual,
  type SignatureOptions,
} from "./crafted.js";

const USER_ID = `Alice <${ALICE.email}>`;
const key = craftKey("rsa");
const edwards = craftKey("ed25519-legacy");
const stranger = craftKey();
const AT = seconds(SIGNED_AT);
let trust: Trust;
beforeAll(async () => {
  const keyring = [key, edwards].map((one) =>
    armoredKey(keyPacket(one), userIdPacket(USER_ID), overUserId(one, USER_ID)),
  );
  trust = await trustIn({ keyring });
});

const body = (options: SignatureOptions = {}, by = key): Buffer =>
  craftSignature(by, Buffer.from(payloadOf()), options);
const reasonOfText = (text: string): string => verifyRaw(withSignature(payloadOf(), text), trust).reason;
const reasonOf = (...packets: readonly Buffer[]): string =>
  reasonOfText(armor("SIGNATURE", Buffer.concat(packets)));
const created = subpacket(2, uint(AT, 4));
const headed = (header: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(header.replaceAll(" ", ""), "hex"), content]);

describe("lengths of packets", () => {
  const long = body();
  const [one, two] = [uint(body({}, edwards).length, 1), uint(long.length, 2)].map((bytes) =>
    bytes.toString("hex"),
  );
  const four = uint(long.length, 4).toString("hex");
  const twoNew = uint(long.length - 192 + (192 << 8), 2).toString("hex");
  it.each([
    ["old, one octet", headed(`88 ${one ?? ""}`, body({}, edwards)), "good"],
    ["old, two octets", headed(`89 ${two ?? ""}`, long), "good"],
    ["old, four octets", headed(`8a ${four}`, long), "good"],
    ["old, indeterminate", headed("8b", long), "signature-malformed"],
    ["new, one octet", headed(`c2 ${one ?? ""}`, body({}, edwards)), "good"],
    ["new, two octets", headed(`c2 ${twoNew}`, long), "good"],
    ["new, five octets", headed(`c2 ff ${four}`, long), "good"],
    ["new, in parts", headed("c2 e1", long), "signature-malformed"],
    ["longer than it is", headed("c2 ff ffffffff", long), "signature-malformed"],
    ["shorter than it is", headed("c2 ff 00000020", long), "signature-malformed"],
    ["no packet", headed("02", long), "signature-malformed"],
    ["nothing", Buffer.from([0xc2]), "signature-malformed"],
    ["one inside of another", packet(2, packet(2, long)), "algorithm-unsupported"],
    ["compressed", packet(8, Buffer.concat([Buffer.from([0]), packet(2, long)])), "signature-malformed"],
  ])("%s", (_, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason);
  });
});

describe("what stands beside the signature", () => {
  it.each([
    ["a marker", [packet(2, body()), packet(10, Buffer.from("PGP"))], "signature-malformed"],
    ["a marker before it", [packet(10, Buffer.from("PGP")), packet(2, body())], "signature-malformed"],
    ["padding", [packet(2, body()), packet(21, Buffer.alloc(9))], "signature-malformed"],
    ["data", [packet(2, body()), packet(11, Buffer.from("b\0\0\0\0\0"))], "signature-malformed"],
    ["a second signature", [packet(2, body()), packet(2, body())], "multiple-signatures"],
    ["a private packet", [packet(2, body()), packet(60, Buffer.from("x"))], "signature-malformed"],
  ])("%s is refused", (_, packets, reason) => {
    expect(reasonOf(...packets)).toBe(reason);
  });
});

describe("armor", () => {
  const text = armor("SIGNATURE", packet(2, body()));
  it.each([
    ["without a checksum", text.replace(/\n=.{4}\n/, "\n"), "good"],
    ["with a wrong checksum", text.replace(/\n=.{4}\n/, "\n=AAAA\n"), "signature-malformed"],
    ["with headers", text.replace("\n\n", "\nVersion: GnuPG v2\nComment: x: y\n\n"), "good"],
    ["with what is no header", text.replace("\n\n", "\nno header\n\n"), "signature-malformed"],
    ["with CRLF", text.replaceAll("\n", "\r\n"), "good"],
    ["with blanks at the line ends", text.replaceAll("\n", " \t\n"), "good"],
    ["without its end", text.replace(/-----END[^\n]*\n/, ""), "signature-malformed"],
    [
      "with another block of text after it",
      `${text}-----BEGIN OTHER-----\nAA==\n-----END OTHER-----\n`,
      "good",
    ],
    ["with the same block after it", text + text, "multiple-signatures"],
  ])("%s", (_, armored, reason) => {
    expect(reasonOfText(armored)).toBe(reason);
  });
});

describe("the fields of a signature", () => {
  const wholeOctets = (made: Buffer): Buffer =>
    Buffer.concat([uint((made.length - 2) * 8, 2), made.subarray(2)]);
  it.each<[string, SignatureOptions, string]>([
    ["version 3", { version: 3 }, "good"],
    ["the left 16 bits, whatever they are", { left16: 0xffff }, "good"],
    ["canonical text", { type: 1, material: () => mpi(Buffer.from([1])) }, "signature-invalid"],
    ["a type that covers nothing", { type: 2 }, "signature-type"],
    ["a type that covers user ids", { type: 0x13 }, "signature-type"],
    ["a number counted in whole octets", { material: wholeOctets }, "good"],
    [
      "a number that is too long",
      { material: (made) => mpi(Buffer.concat([Buffer.from([1]), made])) },
      "signature-invalid",
    ],
    [
      "octets after the numbers",
      { material: (made) => Buffer.concat([made, Buffer.from([0])]) },
      "signature-invalid",
    ],
    ["no numbers", { material: () => Buffer.alloc(0) }, "signature-malformed"],
    ["a number longer than the packet", { material: () => uint(65_535, 2) }, "signature-malformed"],
    ["no time", { hashed: [issuerFingerprint(key)] }, "signature-without-time"],
    [
      "its time in the unsigned area only",
      { hashed: [issuerFingerprint(key)], unhashed: [created] },
      "signature-without-time",
    ],
    ["two times", { hashed: [...usual(key, AT), created] }, "signature-malformed"],
    [
      "a time of another size",
      { hashed: [issuerKeyId(key), subpacket(2, uint(AT, 5))] },
      "signature-malformed",
    ],
    ["no issuer", { hashed: [created] }, "signature-without-issuer"],
    [
      "its issuer in the unsigned area only, by id",
      { hashed: [created], unhashed: [issuerKeyId(key)] },
      "good",
    ],
    [
      "its issuer in the unsigned area only, by fingerprint",
      { hashed: [created], unhashed: [issuerFingerprint(key)] },
      "good",
    ],
    ["an issuer that is nobody", { hashed: [created, issuerKeyId(stranger)] }, "unknown-key"],
    [
      "two issuers that are not one",
      { hashed: [created, issuerKeyId(key), issuerFingerprint(edwards)] },
      "unknown-key",
    ],
    ["somebody else's issuer", { hashed: [created, issuerKeyId(edwards)] }, "signature-invalid"],
    ["an issuer of another size", { hashed: [created, subpacket(16, uint(1, 4))] }, "signature-malformed"],
    ["an end that is over", { more: [signatureLifetime(60)] }, "signature-expired"],
    ["an end of zero, which is none", { more: [signatureLifetime(0)] }, "good"],
    [
      "a critical notation",
      { more: [subpacket(0x80 | 20, Buffer.from("8000000000010001 6161".replace(" ", ""), "hex"))] },
      "critical-subpacket-unknown",
    ],
    ["a notation", { more: [subpacket(20, Buffer.from("80000000000100016161", "hex"))] }, "good"],
    [
      "a critical subpacket that nobody knows",
      { more: [subpacket(0x80 | 99, Buffer.from("x"))] },
      "critical-subpacket-unknown",
    ],
    [
      "the same in the unsigned area, where it demands nothing",
      { unhashed: [subpacket(0x80 | 99, Buffer.from("x"))] },
      "good",
    ],
    ["a subpacket that nobody knows", { more: [subpacket(99, Buffer.from("x"))] }, "good"],
    ["a signer's user id", { more: [subpacket(28, Buffer.from("mallory@a.example"))] }, "good"],
    ["an embedded signature", { unhashed: [subpacket(32, body())] }, "good"],
    ["a subpacket of no length", { unhashed: [Buffer.from([0])] }, "signature-malformed"],
    [
      "a subpacket longer than its area",
      { unhashed: [Buffer.from([0xff, 255, 255, 255, 255, 1])] },
      "signature-malformed",
    ],
  ])("%s", (_, options, reason) => {
    expect(reasonOf(packet(2, body(options)))).toBe(reason);
  });

  it.each([2, 5, 7, 255])("of version %i are not supported", (version) => {
    const other = body();
    other[0] = version;
    expect(reasonOf(packet(2, other))).toBe("algorithm-unsupported");
  });

  it("of version 3 cover their time", () => {
    const changed = body({ version: 3 });
    changed.writeUInt32BE(AT - 1, 3);
    expect(reasonOf(packet(2, changed))).toBe("signature-invalid");
  });

  it("lose no leading zeros: short numbers are padded", () => {
    // About one signature in 128 begins with a zero octet in one of its halves.
    const short = Array.from({ length: 2000 }, (_, index) => body({ created: AT - index }, edwards)).find(
      (bytes) => {
        const first = bytes.readUInt16BE(bytes.length - 68);
        return first <= 248 || bytes.length < body({}, edwards).length;
      },
    );
    expect(reasonOf(packet(2, short ?? Buffer.alloc(0)))).toBe("good");
  });
});
