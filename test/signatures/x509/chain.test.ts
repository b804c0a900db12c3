import { describe, expect, it } from "@jest/globals";
import type { ReasonCode } from "../../../src/signatures/index.js";
import { ALICE } from "../support.js";
import { explicit, implicit, octets, utf8, type Der } from "./support/der.js";
import {
  alternativeNames,
  authority,
  CERTIFICATE_SIGNING,
  certify,
  CODE_SIGNING,
  DIGITAL_SIGNATURE,
  ecKey,
  email,
  extension,
  host,
  keyUsage,
  name,
  nameConstraints,
  purposes,
  rsaKey,
  SERVER_AUTHENTICATION,
  uri,
  type Issued,
} from "./support/pki.js";
import {
  rootOf,
  signedCommit,
  signerOf,
  SIGNER_EXTENSIONS,
  subordinate,
  verdictOn,
  x509Trust,
} from "./support/world.js";
import { stopwatch } from "../../support/stopwatch.js";

const issues = keyUsage(CERTIFICATE_SIGNING);
const root = rootOf();

/** The verdict on a commit signed under `root` by way of the others, the last of which issued the signer's. */
async function reasonBelow(between: readonly Issued[], signer: Issued, anchor = root): Promise<ReasonCode> {
  const trust = await x509Trust({ roots: [anchor.pem] });
  return verdictOn(signedCommit({ signer, certificates: [signer, ...between] }), trust).reason;
}

describe("authorities between root and signer", () => {
  it.each<[ReasonCode, string, Der[]]>([
    ["good", "any number below", [authority(), issues]],
    ["good", "none below", [authority(0), issues]],
    ["x509-certificate-invalid", "no authority", [issues]],
    ["x509-certificate-invalid", "may not sign certificates", [authority(), keyUsage(DIGITAL_SIGNATURE)]],
    [
      "x509-certificate-invalid",
      "unknown critical extension",
      [authority(), issues, extension("1.2.3", utf8("x"), true)],
    ],
    ["good", "unknown extension", [authority(), issues, extension("1.2.3", utf8("x"))]],
    ["good", "for code", [authority(), issues, purposes([CODE_SIGNING, "1.3.6.1.5.5.7.3.4"])]],
    ["x509-not-for-signing", "for servers", [authority(), issues, purposes([SERVER_AUTHENTICATION])]],
  ])("%s: %s", async (reason, _, extensions) => {
    const between = subordinate(root, "Between", extensions);
    expect(await reasonBelow([between], signerOf(between))).toBe(reason);
  });

  it("may be only as many as each above allows", async () => {
    const first = subordinate(root, "First", [authority(0), issues]);
    const second = subordinate(first, "Second");
    expect(await reasonBelow([first, second], signerOf(second))).toBe("x509-certificate-invalid");
    const strict = rootOf({ extensions: [authority(1), issues] });
    const third = subordinate(strict, "Third");
    expect(await reasonBelow([third], signerOf(third), strict)).toBe("good");
    const fifth = subordinate(third, "Fifth");
    expect(await reasonBelow([third, fifth], signerOf(fifth), strict)).toBe("x509-certificate-invalid");
  });

  it("must have strong keys and signatures; the root's own signature shows nothing", async () => {
    const oldRoot = rootOf({ key: rsaKey(), signing: { digest: "sha1" } });
    const strong = subordinate(oldRoot, "Strong");
    expect(await reasonBelow([strong], signerOf(strong), oldRoot)).toBe("good");
    const sha1 = subordinate(oldRoot, "Old", undefined, { signing: { digest: "sha1" } });
    expect(await reasonBelow([sha1], signerOf(sha1), oldRoot)).toBe("weak-digest");
    const short = subordinate(root, "Short", undefined, { key: rsaKey(1024) });
    expect(await reasonBelow([short], signerOf(short))).toBe("weak-key");
  });

  it("must have signed: a name proves nothing", async () => {
    const between = subordinate(root, "Between");
    const impostor = { ...between, key: ecKey() };
    expect(await reasonBelow([between], signerOf(impostor))).toBe("x509-untrusted");
  });

  it("are told apart by their keys' ids where two have one name", async () => {
    const id = (value: string): Der => extension("2.5.29.14", octets(Buffer.from(value)));
    const wanted = extension(
      "2.5.29.35",
      Buffer.concat([Buffer.of(0x30, 0x05), implicit(0, Buffer.from("two"))]),
    );
    const one = subordinate(root, "Same", [authority(), issues, id("one")]);
    const two = subordinate(root, "Same", [authority(), issues, id("two")]);
    const signer = signerOf(two, { extensions: [...SIGNER_EXTENSIONS, wanted] });
    expect(await reasonBelow([one, two], signer)).toBe("good");
    expect(await reasonBelow([one], signer)).toBe("x509-untrusted");
  });

  it("are valid when they are used, and the root, too", async () => {
    const notAfter = new Date("2023-06-01T00:00:00Z");
    const ended = subordinate(root, "Ended", undefined, { notAfter });
    expect(await reasonBelow([ended], signerOf(ended))).toBe("key-expired");
    const endedRoot = rootOf({ notAfter });
    expect(await reasonBelow([], signerOf(endedRoot), endedRoot)).toBe("key-expired");
  });

  it("cannot be a signer: its certificate is no authority's", async () => {
    const mallory = signerOf(root);
    expect(await reasonBelow([mallory], signerOf(mallory))).toBe("x509-certificate-invalid");
  });

  it("count by any way that holds, not only the first", async () => {
    const key = ecKey();
    const poor = subordinate(root, "Crossed", [authority(), issues, purposes([SERVER_AUTHENTICATION])], {
      key,
    });
    const fine = subordinate(root, "Crossed", undefined, { key });
    expect(await reasonBelow([poor, fine], signerOf(fine))).toBe("good");
  });
});

describe("name constraints", () => {
  const names = {
    alice: [email(ALICE.email)],
    host: [email(ALICE.email), host("www.a.example")],
    uri: [email(ALICE.email), uri("https://a.example/")],
  } as const;
  it.each<[ReasonCode, string, Der, keyof typeof names]>([
    ["good", "the host", nameConstraints([email("a.example")]), "alice"],
    ["good", "the host in capitals", nameConstraints([email("A.EXAMPLE")]), "alice"],
    ["good", "the address", nameConstraints([email(ALICE.email)]), "alice"],
    ["good", "one of two", nameConstraints([email("b.example"), email("a.example")]), "alice"],
    ["good", "the domain", nameConstraints([email(".example")]), "alice"],
    ["good", "another kind", nameConstraints([host("b.example")]), "alice"],
    ["good", "not excluded", nameConstraints([], [email("b.example")]), "alice"],
    ["good", "a host's domain", nameConstraints([host("a.example")]), "host"],
    ["x509-certificate-invalid", "another host", nameConstraints([email("b.example")]), "alice"],
    [
      "x509-certificate-invalid",
      "a domain that is only a suffix",
      nameConstraints([email(".a.example")]),
      "alice",
    ],
    ["x509-certificate-invalid", "another address", nameConstraints([email("bob@a.example")]), "alice"],
    ["x509-certificate-invalid", "excluded", nameConstraints([], [email("a.example")]), "alice"],
    [
      "x509-certificate-invalid",
      "excluded though permitted",
      nameConstraints([email(".example")], [email(ALICE.email)]),
      "alice",
    ],
    ["x509-certificate-invalid", "an excluded host", nameConstraints([], [host("a.example")]), "host"],
    ["x509-certificate-invalid", "a kind that is not compared", nameConstraints([uri("a.example")]), "uri"],
    ["good", "the directory", nameConstraints([explicit(4, name("Alice"))]), "alice"],
    ["x509-certificate-invalid", "another directory", nameConstraints([explicit(4, name("Bob"))]), "alice"],
    [
      "x509-certificate-invalid",
      "an excluded directory, whichever",
      nameConstraints([], [explicit(4, name("Bob"))]),
      "alice",
    ],
    [
      "x509-certificate-invalid",
      "constraints of an unknown kind",
      nameConstraints([], [tlvRegisteredId()]),
      "alice",
    ],
  ])("%s: %s", async (reason, _, constraints, who) => {
    const between = subordinate(root, "Between", [authority(), issues, constraints]);
    const extensions = [keyUsage(DIGITAL_SIGNATURE), alternativeNames(...names[who])];
    expect(await reasonBelow([between], signerOf(between, { extensions }))).toBe(reason);
  });

  it("hold for e-mails in the subject, too", async () => {
    const between = subordinate(root, "Between", [
      authority(),
      issues,
      nameConstraints([email("b.example")]),
    ]);
    const signer = signerOf(between, { subject: name("Alice", ALICE.email), extensions: [] });
    expect(await reasonBelow([between], signer)).toBe("x509-certificate-invalid");
  });
});

function tlvRegisteredId(): Der {
  return implicit(8, Buffer.of(0x2a));
}

describe("many certificates", () => {
  it("that all could have issued each other end the search soon", async () => {
    const key = ecKey();
    const subject = name("Maze");
    const maze = Array.from({ length: 30 }, (_, serial) =>
      certify({
        subject,
        key: serial % 2 === 0 ? key : ecKey(),
        issuer: { ...root, subject, key },
        serial,
        extensions: [authority(), issues],
      }),
    );
    const signer = signerOf({ ...root, subject, key });
    const spent = stopwatch();
    expect(await reasonBelow(maze, signer)).toBe("x509-untrusted");
    expect(spent()).toBeLessThan(5000);
  });

  it("beyond reason are refused", async () => {
    const between = subordinate(root, "Between");
    expect(
      await reasonBelow(
        Array.from({ length: 40 }, () => between),
        signerOf(between),
      ),
    ).toBe("signature-malformed");
  });
});

describe("the files of authorities", () => {
  it("name what cannot be used", async () => {
    const lost = subordinate(root, "Lost");
    const { problems } = await x509Trust({
      roots: [
        `Our root:\n${root.pem}`,
        lost.pem.replace("M", "!"),
        "none here",
        subordinate(rootOf(), "Alone").pem,
      ],
      transparencyLogs: [root.pem],
    });
    expect(problems.map(({ path, line }) => [path, line])).toEqual([
      ["trust/x509/1.pem", 1],
      ["trust/x509/2.pem", null],
      ["trust/x509/3.pem", 1],
      ["trust/x509/0.pem", 1],
    ]);
  });

  it("can be handed to a worker thread", async () => {
    const trust = await x509Trust({ roots: [root.pem] });
    const copy = structuredClone(trust);
    expect(verdictOn(signedCommit({ signer: signerOf(root) }), copy).reason).toBe("good");
  });
});
