import { beforeAll, describe, expect, it } from "@jest/globals";
import type { ReasonCode, Trust } from "../../../src/signatures/index.js";
import { SIGNED_AT } from "../support.js";
import { octets, type Der } from "./support/der.js";
import {
  attribute,
  DIGITAL_SIGNATURE,
  EMAIL_PROTECTION,
  keyUsage,
  purposes,
  TIME_STAMPING,
  type CmsOptions,
} from "./support/pki.js";
import { loggedIn, makeLog, type EntryOptions } from "./support/log.js";
import {
  rootOf,
  signedCommit,
  signerOf,
  stampedBy,
  subordinate,
  timestamp,
  TIMESTAMP_TOKEN,
  timestampAuthority,
  verdictOn,
  x509Trust,
} from "./support/world.js";

const later = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);

/** As gitsign's: valid for ten minutes, during which the commit was signed. */
const root = rootOf();
const brief = signerOf(root, { notBefore: SIGNED_AT, notAfter: later(SIGNED_AT, 600) });
const clocks = rootOf();
const clock = timestampAuthority(clocks);
const log = makeLog();
const during = later(SIGNED_AT, 5);
let trust: Trust;

beforeAll(async () => {
  trust = await x509Trust({
    roots: [root.pem],
    timestampAuthorities: [clocks.pem],
    transparencyLogs: [log.pem],
  });
});

const reasonOf = (unsigned: CmsOptions["unsigned"], given = trust, at?: Date): ReasonCode =>
  verdictOn(
    signedCommit(unsigned === undefined ? { signer: brief } : { signer: brief, unsigned }),
    given,
    at === undefined ? {} : { at },
  ).reason;

const GOOD = "good-key-expired-since";
const UNPROVEN = "x509-time-unproven";

describe("a certificate that has ended", () => {
  it("was good while it was valid, and is not known after that", () => {
    expect(reasonOf(undefined, trust, later(SIGNED_AT, 60))).toBe("good");
    expect(verdictOn(signedCommit({ signer: brief }), trust)).toMatchObject({
      verdict: "unknown-key",
      reason: UNPROVEN,
      identity: null,
      signer: { principal: "alice@a.example", source: "certificate" },
    });
  });

  it("may be made a little after the commit's time", () => {
    const signer = signerOf(root, { notBefore: later(SIGNED_AT, 300), notAfter: later(SIGNED_AT, 900) });
    expect(verdictOn(signedCommit({ signer }), trust, { at: later(SIGNED_AT, 400) }).reason).toBe("good");
    expect(verdictOn(signedCommit({ signer }), trust).reason).toBe(UNPROVEN);
  });
});

describe("timestamps", () => {
  it("keep a signature good", () => {
    const raw = signedCommit({ signer: brief, unsigned: stampedBy(clock, during) });
    expect(verdictOn(raw, trust)).toMatchObject({
      verdict: "good",
      reason: GOOD,
      identity: "committer",
      standing: { atSigning: "good", atEvaluation: "certificate-expired" },
    });
    expect(verdictOn(raw, trust, { at: later(SIGNED_AT, 60) }).reason).toBe("good");
  });

  const wrong = (...extensions: Der[]) => timestampAuthority(clocks, { extensions });
  const stranger = timestampAuthority(rootOf());
  const ended = timestampAuthority(clocks, { notAfter: later(SIGNED_AT, -60) });
  it.each<[string, NonNullable<CmsOptions["unsigned"]>]>([
    ["of another signature", () => [timestamp(clock, Buffer.from("another"), during)]],
    ["before the certificate", stampedBy(clock, later(SIGNED_AT, -60))],
    ["after the certificate", stampedBy(clock, later(SIGNED_AT, 601))],
    ["of an authority that is not listed", stampedBy(stranger, during)],
    ["of the signers' authority", stampedBy(timestampAuthority(root), during)],
    ["of an authority that had ended", stampedBy(ended, during)],
    ["that names another certificate", stampedBy(clock, during, { naming: stranger })],
    [
      "by a certificate for e-mail",
      stampedBy(wrong(keyUsage(DIGITAL_SIGNATURE), purposes([EMAIL_PROTECTION], true)), during),
    ],
    [
      "by a certificate for more than that",
      stampedBy(wrong(purposes([TIME_STAMPING, EMAIL_PROTECTION], true)), during),
    ],
    ["by one for which that is not critical", stampedBy(wrong(purposes([TIME_STAMPING])), during)],
    ["by one for anything", stampedBy(wrong(keyUsage(DIGITAL_SIGNATURE)), during)],
    ["that is no token", () => [attribute(TIMESTAMP_TOKEN, octets(Buffer.from("none")))]],
  ])("prove nothing: %s", (_, unsigned) => {
    expect(reasonOf(unsigned)).toBe(UNPROVEN);
  });

  it("prove nothing from the future", () => {
    const forever = signerOf(root, { notAfter: later(SIGNED_AT, 600) });
    const raw = signedCommit({ signer: forever, unsigned: stampedBy(clock, during) });
    expect(verdictOn(raw, trust, { at: later(SIGNED_AT, -6000) }).reason).toBe("signed-in-future");
  });

  it("do no harm beside one that holds", () => {
    const both: CmsOptions["unsigned"] = (signature) => [
      ...stampedBy(stranger, during)(signature),
      ...stampedBy(clock, during)(signature),
    ];
    expect(reasonOf(both)).toBe(GOOD);
  });

  it("may come by way of an authority in between, and not of a revoked one", async () => {
    const between = subordinate(clocks, "Clocks");
    const signer = timestampAuthority(between);
    const stamps = stampedBy(signer, during);
    expect(reasonOf(stamps)).toBe(UNPROVEN);
    const lists = { roots: [root.pem], timestampAuthorities: [clocks.pem, between.pem] };
    expect(reasonOf(stamps, await x509Trust(lists))).toBe(GOOD);
    const revokedKeys = `${between.fingerprint}\n`;
    expect(reasonOf(stamps, await x509Trust(lists, { revokedKeys }))).toBe(UNPROVEN);
  });
});

describe("log entries", () => {
  const entry: EntryOptions = { at: during, certificate: brief };

  it.each<[string, Partial<EntryOptions>]>([
    ["a promise", {}],
    ["a proof in a tree of one", { neighbours: { before: 0, after: 0 } }],
    ...[1, 2, 3, 6, 7, 8, 12].flatMap((before) =>
      [0, 1, 4, 5].map((after): [string, Partial<EntryOptions>] => [
        `a proof with ${before} before and ${after} after`,
        { neighbours: { before, after } },
      ]),
    ),
  ])("keep a signature good: %s", (_, options) => {
    expect(reasonOf(loggedIn(log, { ...entry, ...options }))).toBe(GOOD);
  });

  const neighbours = { before: 5, after: 3 };
  it.each<[string, Partial<EntryOptions>]>([
    ["of another certificate", { certificate: signerOf(root) }],
    ["before the certificate", { at: later(SIGNED_AT, -60) }],
    ["after the certificate", { at: later(SIGNED_AT, 601) }],
    ["of another kind", { kind: "rekord" }],
    ["of another version", { version: "0.0.2" }],
    ["without a promise: only that shows when", { promise: false, neighbours }],
    [
      "with another time than promised",
      { tamper: ({ integratedTime }) => ({ integratedTime: integratedTime + 1 }) },
    ],
    ["with another index than promised", { tamper: () => ({ logIndex: 1 }) }],
    ["with another place in the tree", { neighbours, tamper: () => ({ treeIndex: 4 }) }],
    ["with a place outside of the tree", { neighbours, tamper: () => ({ treeIndex: 50 }) }],
    ["with a hash too few", { neighbours, tamper: ({ hashes }) => ({ hashes: hashes.slice(1) }) }],
    [
      "with a hash too many",
      { neighbours, tamper: ({ hashes }) => ({ hashes: [...hashes, Buffer.alloc(32)] }) },
    ],
    [
      "with another size",
      { neighbours, tamper: ({ checkpoint }) => ({ checkpoint: checkpoint.replace("\n9\n", "\n10\n") }) },
    ],
    ["with a checkpoint that is none", { neighbours, tamper: () => ({ checkpoint: "test log\n9\n" }) }],
  ])("prove nothing: %s", (_, options) => {
    expect(reasonOf(loggedIn(log, { ...entry, ...options }))).toBe(UNPROVEN);
  });

  it("prove nothing: of another signature, or of a log that is not listed", async () => {
    const other: CmsOptions["unsigned"] = ({ signed }) =>
      loggedIn(log, entry)({ signed, value: Buffer.from("another") });
    expect(reasonOf(other)).toBe(UNPROVEN);
    expect(reasonOf(loggedIn(makeLog(), entry))).toBe(UNPROVEN);
    expect(reasonOf(loggedIn(log, entry), await x509Trust({ roots: [root.pem] }))).toBe(UNPROVEN);
    const impostor = { ...makeLog(), id: log.id };
    expect(reasonOf(loggedIn(impostor, entry))).toBe(UNPROVEN);
  });
});
