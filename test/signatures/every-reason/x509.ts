import { STRICT_RULES, type ReasonCode, type SignatureRules } from "../../../src/signatures/index.js";
import { payloadOf, SIGNED_AT, withSignature } from "../support.js";
import { oid, seq, setOf } from "../x509/support/der.js";
import {
  armored,
  DIGITAL_SIGNATURE,
  keyUsage,
  name,
  purposes,
  SERVER_AUTHENTICATION,
} from "../x509/support/pki.js";
import { rootOf, signedCommit, signerOf, subordinate, verdictOn, x509Trust } from "../x509/support/world.js";
import type { Case, Cases } from "./case.js";

const root = rootOf();

const signed =
  (options: Parameters<typeof signedCommit>[0], rules?: SignatureRules): Case =>
  async () =>
    verdictOn(
      signedCommit(options),
      await x509Trust({ roots: [root.pem] }),
      rules === undefined ? {} : { rules },
    );

const noAuthority = subordinate(root, "Intermediate", []);
const ofNoAuthority = signerOf(noAuthority);
const tenMinutes = { notBefore: SIGNED_AT, notAfter: new Date(SIGNED_AT.getTime() + 600_000) };
const forServers = [keyUsage(DIGITAL_SIGNATURE), purposes([SERVER_AUTHENTICATION])];

export const X509 = {
  good: { "S/MIME": signed({ signer: signerOf(root) }) },
  "x509-unsupported": {
    "not signed data": async () => {
      const other = armored(seq(oid("1.2.840.113549.1.7.3"), setOf()));
      return verdictOn(withSignature(payloadOf(), other), await x509Trust({ roots: [root.pem] }));
    },
  },
  "x509-untrusted": { "another root": signed({ signer: signerOf(rootOf({ subject: name("Other") })) }) },
  "x509-certificate-missing": { "left out": signed({ signer: signerOf(root), certificates: [] }) },
  "x509-principal-not-allowed": { "no policy": signed({ signer: signerOf(root) }, STRICT_RULES) },
  "x509-time-unproven": { "ended ten minutes later": signed({ signer: signerOf(root, tenMinutes) }) },
  "x509-certificate-invalid": {
    "an authority that is none": signed({
      signer: ofNoAuthority,
      certificates: [ofNoAuthority, noAuthority],
    }),
  },
  "x509-not-for-signing": { "for servers": signed({ signer: signerOf(root, { extensions: forServers }) }) },
} as const satisfies Partial<Cases<ReasonCode>>;
