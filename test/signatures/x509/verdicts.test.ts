import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { ReasonCode, SignatureRules, Trust } from "../../../src/signatures/index.js";
import { STRICT_RULES } from "../../../src/signatures/index.js";
import { ALICE, payloadOf, SIGNED_AT, withSignature } from "../support.js";
import { octets, oid, setOf, seq, utf8, ia5, type Der } from "./support/der.js";
import {
  alternativeNames,
  armored,
  attribute,
  certify,
  cms,
  CODE_SIGNING,
  CONTENT_TYPE,
  DIGITAL_SIGNATURE,
  ecKey,
  edKey,
  email,
  extension,
  fulcioName,
  ID_DATA,
  keyUsage,
  MESSAGE_DIGEST,
  name,
  purposes,
  rsaKey,
  SERVER_AUTHENTICATION,
  SIGNING_TIME,
  uri,
  type CmsOptions,
  type Issued,
} from "./support/pki.js";
import {
  EVERYBODY,
  rootOf,
  signedCommit,
  signerOf,
  SIGNER_EXTENSIONS,
  subordinate,
  verdictOn,
  x509Trust,
} from "./support/world.js";

const root = rootOf();
const between = subordinate(root, "Intermediate");
const alice = signerOf(between);
const certificates = [alice, between];
const keyId = Buffer.from("0102030405060708", "hex");
const withKeyId = signerOf(root, {
  extensions: [...SIGNER_EXTENSIONS, extension("2.5.29.14", octets(keyId))],
});
let trust: Trust;

beforeAll(async () => {
  trust = await x509Trust({ roots: [root.pem] });
});

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
const essential = [
  attribute(CONTENT_TYPE, oid(ID_DATA)),
  attribute(MESSAGE_DIGEST, octets(digestOf(payloadOf()))),
] as const;

describe("a certificate of a trusted authority", () => {
  it("makes a commit good, and names its signer", () => {
    expect(verdictOn(signedCommit({ signer: alice, certificates }), trust)).toMatchObject({
      verdict: "good",
      reason: "good",
      format: "x509",
      identity: "committer",
      signer: {
        fingerprint: alice.fingerprint,
        principal: ALICE.email,
        source: "certificate",
        account: null,
      },
      signedAt: SIGNED_AT.toISOString(),
      standing: { atSigning: "good", atEvaluation: "good" },
      weaknesses: [],
    });
  });

  const rsa = signerOf(root, { key: rsaKey() });
  it.each<[string, CmsOptions]>([
    ["RSA", { signer: rsa }],
    ["RSA with SHA-512", { signer: rsa, digest: "sha512" }],
    ["RSA-PSS", { signer: rsa, pss: true }],
    ["RSA-PSS with SHA-384", { signer: rsa, pss: true, digest: "sha384" }],
    ["ECDSA on P-384", { signer: signerOf(root, { key: ecKey("P-384") }), digest: "sha384" }],
    ["ECDSA on brainpoolP256r1", { signer: signerOf(root, { key: ecKey("brainpoolP256r1") }) }],
    ["Ed25519", { signer: signerOf(root, { key: edKey() }), digest: "sha512" }],
    ["no signed attributes", { signer: alice, certificates, attributes: null }],
    ["a key id for the signer", { signer: withKeyId, byKeyId: keyId }],
    ["no time of its own", { signer: alice, certificates, signedAt: null }],
  ])("may sign with %s", (_, options) => {
    expect(verdictOn(signedCommit(options), trust).reason).toBe("good");
  });

  it("may itself be listed as the root", async () => {
    const alone = certify({ subject: name("Alice"), extensions: SIGNER_EXTENSIONS });
    const listed = await x509Trust({ roots: [alone.pem] });
    expect(verdictOn(signedCommit({ signer: alone }), listed).reason).toBe("good");
  });

  it("is found among the listed ones where the signature leaves it out", async () => {
    const listed = await x509Trust({ roots: [root.pem, between.pem, alice.pem] });
    expect(listed.problems).toEqual([]);
    expect(verdictOn(signedCommit({ signer: alice, certificates: [] }), listed).reason).toBe("good");
  });
});

describe("refusals", () => {
  const weak = signerOf(root, { key: rsaKey(1024) });
  const stranger = signerOf(rootOf());
  const purpose = (...extensions: Der[]): Issued =>
    signerOf(root, { extensions: [...extensions, alternativeNames(email(ALICE.email))] });
  const ofOther = { ...alice, der: signerOf(between, { serial: 7 }).der };

  it.each<[ReasonCode, string, CmsOptions]>([
    ["x509-untrusted", "another authority", { signer: stranger }],
    ["x509-untrusted", "the authority between left out", { signer: alice }],
    ["x509-certificate-missing", "no certificate", { signer: alice, certificates: [] }],
    ["x509-certificate-missing", "the authority's alone", { signer: alice, certificates: [between] }],
    [
      "x509-not-for-signing",
      "key usage without signatures",
      { signer: purpose(keyUsage(0x20), purposes([CODE_SIGNING])) },
    ],
    ["x509-not-for-signing", "for servers", { signer: purpose(purposes([SERVER_AUTHENTICATION])) }],
    ["multiple-signatures", "two signers", { signer: alice, certificates, signers: 2 }],
    ["signature-malformed", "no signer", { signer: alice, certificates, signers: 0 }],
    ["signature-malformed", "content of its own", { signer: alice, certificates, attached: true }],
    [
      "signature-malformed",
      "no digest",
      { signer: alice, certificates, attributes: [attribute(CONTENT_TYPE, oid(ID_DATA))] },
    ],
    [
      "signature-malformed",
      "no content type",
      { signer: alice, certificates, attributes: essential.slice(1) },
    ],
    [
      "signature-malformed",
      "a digest twice",
      { signer: alice, certificates, attributes: [...essential, essential[1]] },
    ],
    [
      "signature-invalid",
      "another content type",
      {
        signer: alice,
        certificates,
        attributes: [attribute(CONTENT_TYPE, oid("1.2.3")), essential[1]],
      },
    ],
    [
      "signature-invalid",
      "a digest of something else",
      {
        signer: alice,
        certificates,
        attributes: [essential[0], attribute(MESSAGE_DIGEST, octets(digestOf("else")))],
      },
    ],
    [
      "signature-invalid",
      "another certificate named in the signature",
      {
        signer: alice,
        certificates,
        attributes: [
          ...essential,
          attribute("1.2.840.113549.1.9.16.2.47", seq(seq(seq(octets(digestOf("another")))))),
        ],
      },
    ],
    [
      "signature-malformed",
      "a time that is none",
      {
        signer: alice,
        certificates,
        attributes: [...essential, attribute(SIGNING_TIME, ia5("20240101000000Z"))],
      },
    ],
    ["weak-digest", "SHA-1", { signer: alice, certificates, digest: "sha1" }],
    ["weak-key", "RSA of 1024 bits", { signer: weak }],
    [
      "x509-certificate-missing",
      "a certificate with another serial number",
      { signer: alice, certificates: [ofOther] },
    ],
  ])("%s: %s", (reason, _, options) => {
    const verdict = verdictOn(signedCommit(options), trust);
    expect(verdict).toMatchObject({ reason, identity: null });
  });

  it("signature-invalid: of another commit", () => {
    const raw = signedCommit({ signer: alice, certificates }, {}, payloadOf({ message: "Other\n" }));
    expect(verdictOn(raw, trust)).toMatchObject({
      verdict: "bad",
      reason: "signature-invalid",
      signer: { fingerprint: alice.fingerprint, principal: null },
    });
  });

  it("x509-unsupported: not SignedData", () => {
    const raw = withSignature(payloadOf(), armored(seq(oid("1.2.840.113549.1.7.3"), setOf())));
    expect(verdictOn(raw, trust)).toMatchObject({ verdict: "unknown-key", reason: "x509-unsupported" });
  });

  it("signature-malformed: bytes after the end", () => {
    const der = cms(Buffer.from(payloadOf()), { signer: alice, certificates });
    const raw = withSignature(payloadOf(), armored(Buffer.concat([der, Buffer.of(0)])));
    expect(verdictOn(raw, trust).reason).toBe("signature-malformed");
  });

  it("signed-in-future, key-expired, key-not-yet-valid: by the signature's own time", () => {
    const signedAt = (at: string): string =>
      verdictOn(signedCommit({ signer: alice, certificates, signedAt: new Date(at) }), trust).reason;
    expect(signedAt("2026-01-02T00:00:00Z")).toBe("signed-in-future");
    expect(signedAt("2019-12-31T00:00:00Z")).toBe("key-not-yet-valid");
    const expired = signerOf(root, { notAfter: new Date("2023-01-01T00:00:00Z") });
    expect(verdictOn(signedCommit({ signer: expired }), trust).reason).toBe("key-expired");
  });

  it.each([
    ["the certificate", alice.fingerprint],
    ["its key", alice.keyFingerprint.toLowerCase()],
    ["an authority", between.fingerprint],
    ["the root", root.fingerprint],
  ])("key-listed-as-revoked: %s", async (_, revokedKeys) => {
    const listed = await x509Trust({ roots: [root.pem] }, { revokedKeys: `${revokedKeys}\n` });
    expect(verdictOn(signedCommit({ signer: alice, certificates }), listed).reason).toBe(
      "key-listed-as-revoked",
    );
  });

  it("good-weak-algorithm: what the policy allows for history", () => {
    const allow: SignatureRules["legacy"] = { allow: ["sha1", "rsa-below-2048"], signedBefore: Infinity };
    const rules = { ...EVERYBODY, legacy: allow };
    const verdict = verdictOn(signedCommit({ signer: weak, digest: "sha1" }), trust, { rules });
    expect(verdict).toMatchObject({ reason: "good-weak-algorithm", weaknesses: ["sha1", "rsa-below-2048"] });
  });
});

describe("whom a certificate vouches for", () => {
  const workflow = "https://github.com/o/r/.github/workflows/x.yml@refs/heads/Main";
  const provider = "https://accounts.example";
  const issuerNew = extension("1.3.6.1.4.1.57264.1.8", utf8(provider));
  const issuerOld = extension("1.3.6.1.4.1.57264.1.1", Buffer.from(provider));
  const naming = (...extensions: Der[]): Issued => signerOf(root, { extensions });
  const rulesOf = (principals: string, issuers: readonly string[] | null = null): SignatureRules => ({
    ...STRICT_RULES,
    x509: { principals, issuers },
  });
  const mailbox = alternativeNames(email("alice@A.example"), email("root@a.example"));

  it.each<[string, Issued, SignatureRules, string | null, string | null]>([
    ["an e-mail", naming(mailbox), rulesOf("*@a.example"), "alice@A.example", "committer"],
    ["a pattern in capitals", naming(mailbox), rulesOf("*@A.EXAMPLE"), "alice@A.example", "committer"],
    ["somebody else", naming(mailbox), rulesOf("root@a.example"), "root@a.example", "other"],
    ["excluded", naming(mailbox), rulesOf("*@a.example,!alice@*"), "root@a.example", "other"],
    ["nobody", naming(mailbox), rulesOf(""), null, null],
    ["nobody of these", naming(mailbox), rulesOf("*@b.example"), null, null],
    [
      "a workflow",
      naming(alternativeNames(uri(workflow))),
      rulesOf("https://github.com/o/*Main"),
      workflow,
      "other",
    ],
    ["a workflow of another branch", naming(alternativeNames(uri(workflow))), rulesOf("*main"), null, null],
    [
      "a user name",
      naming(alternativeNames(fulcioName("alice!a.example"))),
      rulesOf("alice*"),
      "alice!a.example",
      "other",
    ],
    [
      "GitHub",
      naming(alternativeNames(email("noreply@github.com"))),
      rulesOf("*"),
      "noreply@github.com",
      "forge",
    ],
    [
      "an issuer",
      naming(mailbox, issuerNew, issuerOld),
      rulesOf("*", [provider]),
      "alice@A.example",
      "committer",
    ],
    [
      "an issuer in the old form",
      naming(mailbox, issuerOld),
      rulesOf("*", [provider]),
      "alice@A.example",
      "committer",
    ],
    ["another issuer", naming(mailbox, issuerNew), rulesOf("*", ["https://other.example"]), null, null],
    ["no issuer", naming(mailbox), rulesOf("*", [provider]), null, null],
  ])("%s", (_, signer, rules, principal, identity) => {
    const { reason, signer: found, ...verdict } = verdictOn(signedCommit({ signer }), trust, { rules });
    expect(reason).toBe(principal === null ? "x509-principal-not-allowed" : "good");
    expect(found?.principal).toBe(principal);
    expect(verdict.identity).toBe(identity);
  });

  it("counts an e-mail in the subject only where there are no alternative names", () => {
    const subject = name("Alice", ALICE.email);
    const old = signerOf(root, { subject, extensions: [keyUsage(DIGITAL_SIGNATURE)] });
    expect(verdictOn(signedCommit({ signer: old }), trust)).toMatchObject({ identity: "committer" });
    const both = signerOf(root, { subject, extensions: [alternativeNames(email("bob@a.example"))] });
    expect(verdictOn(signedCommit({ signer: both }), trust)).toMatchObject({
      identity: "other",
      signer: { principal: "bob@a.example" },
    });
  });

  it.each<[string, Der[]]>([
    [
      "two issuers",
      [mailbox, issuerNew, extension("1.3.6.1.4.1.57264.1.1", Buffer.from("https://else.example"))],
    ],
    ["an extension twice", [mailbox, mailbox]],
    ["a NUL in an e-mail", [alternativeNames(email("alice@a.example\0.evil.example"))]],
  ])("a certificate with %s cannot be read", (_, extensions) => {
    expect(verdictOn(signedCommit({ signer: naming(...extensions) }), trust).reason).toBe(
      "x509-certificate-invalid",
    );
  });
});
