/** Key revocation lists (PROTOCOL.krl): those of real ssh-keygen beside its own answer, then what it would not write. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { certificateIn } from "../../src/signatures/openssh/certificate.js";
import { readPublicKeyLine } from "../../src/signatures/openssh/public-key-line.js";
import { readRevokedKeys } from "../../src/signatures/trust/revoked-keys.js";
import { createKeyring, type Keyring, type SshKey } from "../support/signing.js";
import { wireString } from "./make/ssh-in-software.js";
import { isGoodForSshKeygen, isRevokedForSshKeygen, makeKrl } from "./ssh-reference.js";
import { ALICE, payloadOf, trustIn, verifyRaw, withSignature } from "./support.js";
import { stopwatch } from "../support/stopwatch.js";

let keyring: Keyring;
let authority: SshKey;
let stranger: SshKey;
let alice: SshKey;
let bob: SshKey;
const payload = payloadOf();
const signatures = new Map<SshKey, string>();

beforeAll(async () => {
  keyring = await createKeyring();
  [authority, stranger] = [await keyring.sshKey({ type: "rsa", bits: 2048 }), await keyring.sshKey()];
  [alice, bob] = [await keyring.sshKey({ type: "ecdsa" }), await keyring.sshKey()];
});
afterAll(async () => {
  await keyring.dispose();
});

const certificates = new Map<string, SshKey>();
const certified = async (serial: string, keyId = "test"): Promise<SshKey> => {
  const [name, args] = [`${serial} ${keyId}`, ["-z", serial, "-I", keyId]];
  const key =
    certificates.get(name) ??
    (await keyring.sshCertificate(authority, alice, { principals: [ALICE.email], args }));
  certificates.set(name, key);
  return key;
};

const signedBy = async (key: SshKey): Promise<string> => {
  const signature = signatures.get(key) ?? (await keyring.sshSign(key, payload));
  signatures.set(key, signature);
  return signature;
};

const allowedSigners = (): string =>
  `${ALICE.email} ${alice.publicKey}\n*@a.example cert-authority ${authority.publicKey}\n`;

async function reasonOf(key: SshKey, krl: Uint8Array): Promise<string> {
  const revokedKeys = Buffer.from(krl).toString("latin1");
  const trust = await trustIn({ allowedSigners: allowedSigners(), revokedKeys });
  return verifyRaw(withSignature(payload, await signedBy(key)), trust).reason;
}

/** Our answer, shown to be that of `ssh-keygen -Q` and of `ssh-keygen -Y verify -r`. */
async function agreedReason(key: SshKey, krl: Uint8Array): Promise<string> {
  const reason = await reasonOf(key, krl);
  const signature = await signedBy(key);
  const question = { allowedSigners: allowedSigners(), payload, signature, revokedKeys: krl };
  expect([await isRevokedForSshKeygen(krl, key.publicKey), await isGoodForSshKeygen(question)]).toEqual([
    reason !== "good",
    reason === "good",
  ]);
  return reason;
}

describe("a list of keys", () => {
  it.each(["KEY", "key: KEY", "sha1: KEY", "sha256: KEY", "hash: FINGERPRINT"])(
    "made of %s refuses the key, its certificates, and no other key",
    async (line) => {
      const fill = (key: SshKey): string =>
        line.replace("KEY", key.publicKey).replace("FINGERPRINT", key.fingerprint);
      const certificate = await certified("7");
      const [own, other] = [await makeKrl(`${fill(alice)}\n`), await makeKrl(`${fill(bob)}\n`)];
      for (const key of [alice, certificate]) {
        expect(await agreedReason(key, own)).toBe("key-listed-as-revoked");
        expect(await agreedReason(key, other)).toBe("good");
      }
    },
  );

  it("refuses the certificates of an authority on it", async () => {
    const krl = await makeKrl(`${authority.publicKey}\n`);
    expect(await agreedReason(await certified("7"), krl)).toBe("key-listed-as-revoked");
    expect(await agreedReason(alice, krl)).toBe("good");
  });

  it("refuses the OpenSSH certificate it was made of, and no other of that key", async () => {
    const [lost, renewed] = [await certified("7"), await certified("8")];
    const krl = await makeKrl(`${lost.publicKey}\n`);
    expect(await agreedReason(lost, krl)).toBe("certificate-revoked");
    expect(await agreedReason(renewed, krl)).toBe("good");
    expect(await agreedReason(alice, krl)).toBe("good");
  });
});

describe("a list of certificates", () => {
  /** Serial numbers far apart make a list, dense ones a bitmap, and neighbours a range. */
  const dense = Array.from({ length: 40 }, (_, index) => `serial: ${1001 + 3 * index}`).join("\n");
  it.each([
    ["serial: 7", ["7"], ["6", "8", "0"]],
    ["serial: 7\nserial: 700000\nserial: 70000000000", ["7", "700000", "70000000000"], ["70", "1"]],
    ["serial: 10-20", ["10", "15", "20"], ["9", "21"]],
    ["serial: 10-20\nserial: 15-30\nserial: 31\nserial: 40", ["10", "30", "31", "40"], ["9", "32", "39"]],
    [dense, ["1001", "1004", "1118"], ["1000", "1002", "1003", "1119"]],
    ["serial: 18446744073709551615", ["18446744073709551615"], ["9223372036854775807"]],
    [`serial: 18446744073709551600-18446744073709551615`, ["18446744073709551607"], ["1"]],
  ])("of %j refuses those", async (specification, revoked, spared) => {
    const krl = await makeKrl(`${specification}\n`, `${authority.path}.pub`);
    const anyone = await makeKrl(`${specification}\n`, "none");
    const others = await makeKrl(`${specification}\n`, `${stranger.path}.pub`);
    for (const serial of revoked) {
      const key = await certified(serial);
      expect(await agreedReason(key, krl)).toBe("certificate-revoked");
      expect(await reasonOf(key, anyone)).toBe("certificate-revoked");
      expect(await reasonOf(key, others)).toBe("good");
    }
    for (const serial of spared) expect(await agreedReason(await certified(serial), krl)).toBe("good");
    expect(await reasonOf(alice, anyone)).toBe("good");
  });

  it("by key id refuses that id of that authority, or of all", async () => {
    const [lost, other] = [await certified("0", "alice laptop"), await certified("7", "alice")];
    const krl = await makeKrl("id: alice laptop\n", `${authority.path}.pub`);
    expect(await agreedReason(lost, krl)).toBe("certificate-revoked");
    expect(await agreedReason(other, krl)).toBe("good");
    expect(await agreedReason(lost, await makeKrl("id: alice laptop\n", "none"))).toBe("certificate-revoked");
    expect(await agreedReason(lost, await makeKrl("id: alice laptop\n", `${stranger.path}.pub`))).toBe(
      "good",
    );
  });
});

const uint = (size: 4 | 8, value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeUInt32BE(Number(value));
  else bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
const section = (type: number, ...content: Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([type]), wireString(Buffer.concat(content))]);
const MAGIC = Buffer.from("SSHKRL\n\0");
const krlOf = (...sections: Uint8Array[]): Buffer =>
  Buffer.concat([
    MAGIC,
    uint(4, 1),
    uint(8, 1),
    uint(8, 0),
    uint(8, 0),
    wireString(""),
    wireString(""),
    ...sections,
  ]);
const ofAny = (...sections: Uint8Array[]): Buffer => section(1, wireString(""), wireString(""), ...sections);
const extension = (critical: number): Buffer[] => [
  wireString("x@a"),
  Buffer.from([critical]),
  wireString("?"),
];

describe("a list that is not understood in full", () => {
  const ID = section(0x23, wireString("test"));
  it.each<[string, Buffer, string]>([
    ["nothing", krlOf(), "good"],
    ["a key id", krlOf(ofAny(ID)), "certificate-revoked"],
    [
      "another format version",
      Buffer.concat([MAGIC, uint(4, 2), krlOf(ofAny(ID)).subarray(12)]),
      "unreadable",
    ],
    ["nothing but the magic", MAGIC, "unreadable"],
    ["an unknown section", krlOf(section(6)), "unreadable"],
    ["an unknown certificate section", krlOf(ofAny(section(0x24))), "unreadable"],
    ["a critical extension", krlOf(section(255, ...extension(1))), "unreadable"],
    ["an extension", krlOf(section(255, ...extension(0)), ofAny(ID)), "certificate-revoked"],
    ["an extension with more behind", krlOf(section(255, ...extension(0), uint(4, 0))), "unreadable"],
    ["a critical certificate extension", krlOf(ofAny(section(0x39, ...extension(1)))), "unreadable"],
    ["a certificate extension", krlOf(ofAny(section(0x39, ...extension(0)), ID)), "certificate-revoked"],
    ["a serial number of 7 bytes", krlOf(ofAny(section(0x20, uint(8, 1).subarray(1)))), "unreadable"],
    ["the serial number 0", krlOf(ofAny(section(0x20, uint(8, 0)))), "unreadable"],
    ["a range from 0", krlOf(ofAny(section(0x21, uint(8, 0), uint(8, 5)))), "unreadable"],
    ["a range that ends before it starts", krlOf(ofAny(section(0x21, uint(8, 5), uint(8, 4)))), "unreadable"],
    [
      "a range with more behind",
      krlOf(ofAny(section(0x21, uint(8, 1), uint(8, 2), uint(8, 3)))),
      "unreadable",
    ],
    ["a bitmap for 0", krlOf(ofAny(section(0x22, uint(8, 0), wireString(Buffer.from([1]))))), "unreadable"],
    [
      "a bitmap beyond 64 bits",
      krlOf(ofAny(section(0x22, uint(8, 2n ** 64n - 1n), wireString(Buffer.from([2]))))),
      "unreadable",
    ],
    [
      "a negative bitmap",
      krlOf(ofAny(section(0x22, uint(8, 1), wireString(Buffer.from([128]))))),
      "unreadable",
    ],
    ["a key id with NUL", krlOf(ofAny(section(0x23, wireString("te\0st")))), "unreadable"],
    ["a SHA-256 of 20 bytes", krlOf(section(5, wireString(Buffer.alloc(20)))), "unreadable"],
    ["a SHA-1 of 32 bytes", krlOf(section(3, wireString(Buffer.alloc(32)))), "unreadable"],
    ["a key that is none", krlOf(section(2, wireString("key"))), "unreadable"],
    ["an authority that is none", krlOf(section(1, wireString("key"), wireString(""))), "unreadable"],
    ["a nested length beyond its section", krlOf(section(2, uint(4, 2 ** 31))), "unreadable"],
    ["a length beyond the file", krlOf(Buffer.from([2]), uint(4, 2 ** 32 - 1)), "unreadable"],
    [
      "a signature at its end",
      krlOf(ofAny(ID), section(4, Buffer.alloc(3)), wireString("s")),
      "certificate-revoked",
    ],
    ["a section after a signature", krlOf(section(4), wireString(""), ofAny(ID)), "unreadable"],
  ])("%s", async (_, krl, expected) => {
    const reason = await reasonOf(await certified("7"), krl);
    expect(reason).toBe(expected === "unreadable" ? "revocations-unreadable" : expected);
  });

  it("is named as a whole, with what mends it", async () => {
    const trust = await trustIn({ revokedKeys: MAGIC.toString("latin1") });
    expect(trust.problems).toEqual([
      { path: "trust/revoked_keys", line: null, message: expect.stringContaining("ssh-keygen -k -f") },
    ]);
  });

  it("is one that was decoded as UTF-8", async () => {
    const krl = await makeKrl(`${bob.publicKey}\n`);
    const [bytes, decoded] = [krl.toString("latin1"), krl.toString("utf8")];
    expect(readRevokedKeys(bytes).problems).toEqual([]);
    expect(readRevokedKeys(decoded).problems).toHaveLength(1);
  });

  it("is every beginning of one, but at the end of a section", () => {
    const sections = [section(2, wireString(readPublicKeyLine(bob.publicKey)?.blob ?? "")), ofAny(ID)];
    const whole = krlOf(...sections);
    const ends = [whole.length, whole.length - (sections[1]?.length ?? 0), krlOf().length];
    for (let length = MAGIC.length; length <= whole.length; length += 1) {
      const { problems } = readRevokedKeys(whole.subarray(0, length).toString("latin1"));
      expect([length, problems.length]).toEqual([length, ends.includes(length) ? 0 : 1]);
    }
  });
});

describe("hostile lists", () => {
  it("are read or named, whatever the bytes", () => {
    const valid = krlOf(
      section(2, wireString(wireString("ssh-ed25519"))),
      ofAny(
        section(0x21, uint(8, 1), uint(8, 9)),
        section(0x22, uint(8, 1), wireString(Buffer.from([5, 5]))),
      ),
    );
    const edits = fc.array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(edits, fc.uint8Array({ maxLength: 40 }), (changes, tail) => {
        const bytes = Buffer.concat([valid, tail]);
        for (const [at, byte] of changes.filter(([position]) => position >= MAGIC.length)) bytes[at] = byte;
        const { problems, ssh } = readRevokedKeys(bytes.toString("latin1"));
        return problems.length === 0 || (ssh.keys.size === 0 && ssh.certificates.size === 0);
      }),
      { numRuns: 3000 },
    );
  });

  it("of a megabyte take time and memory in proportion", async () => {
    const range = Buffer.concat([uint(8, 1), uint(8, 2n ** 64n - 1n)]);
    const serials = Buffer.concat(Array.from({ length: 100_000 }, (_, index) => uint(8, 100_001 - index)));
    const bitmap = section(0x22, uint(8, 7), wireString(Buffer.alloc(1_000_000, 0x7f)));
    const krl = krlOf(
      ofAny(section(0x20, serials), ...Array<Buffer>(20_000).fill(section(0x21, range)), bitmap),
    );
    const spent = stopwatch();
    const key = await certified("7");
    expect(certificateIn(readPublicKeyLine(key.publicKey)?.blob ?? Buffer.alloc(0))?.serial).toBe(7n);
    expect(await reasonOf(key, krl)).toBe("certificate-revoked");
    expect(spent()).toBeLessThan(5_000);
  });
});
