import { createHash } from "node:crypto";
import { SignatureRefusal } from "../../reasons.js";
import type { Asn1 } from "../../x509.js";
import { hex, octetsOf } from "../asn1.js";
import { isIncluded } from "./inclusion.js";
import { isLogSignature, type LogKey } from "./log-key.js";
import { Message } from "./protobuf.js";

const MALFORMED = "signature-malformed";

/** Where gitsign puts the log's answer: an OCTET STRING with a `TransparencyLogEntry` (sigstore/protobuf-specs). */
export const LOG_ENTRY = "1.3.6.1.4.1.57264.3.1";

/** What the entry must be of. */
export interface LoggedSignature {
  /** What the signature is over: of CMS, its signed attributes. */
  readonly signed: Uint8Array;
  readonly value: Uint8Array;
  /** The certificate in DER. */
  readonly certificate: Uint8Array;
}

/**
 * The time (seconds since 1970) at which a given Rekor log took up exactly this signature. It is the log's signed
 * promise (`signed_entry_timestamp`) that proves the time: an inclusion proof alone shows that an entry is in the log,
 * but not since when. Where there is a proof, too, it must hold. Throws a `SignatureRefusal` for everything else.
 */
export function verifyLogEntry(value: Asn1, signature: LoggedSignature, logs: readonly LogKey[]): number {
  const entry = new Message(octetsOf(value, MALFORMED), [1, 2, 3, 4, 5, 6]);
  const logId = hex(entry.message(2, [1])?.bytes(1) ?? new Uint8Array(0));
  const log = logs.find(({ id }) => id === logId);
  if (log === undefined) throw new SignatureRefusal("x509-untrusted", "log");
  const kind = entry.message(3, [1, 2]);
  if (kind?.text(1) !== "hashedrekord" || kind.text(2) !== "0.0.1")
    throw new SignatureRefusal("x509-unsupported", "kind of log entry");
  const body = Buffer.from(bodyOf(signature));
  const [logIndex, integratedTime] = [entry.number(1), entry.number(4)];
  const promise = JSON.stringify({ body: body.toString("base64"), integratedTime, logID: logId, logIndex });
  const promised = entry.message(5, [1])?.bytes(1) ?? new Uint8Array(0);
  if (!isLogSignature(log.key, Buffer.from(promise), promised)) throw invalid("promise");
  if (!includes(entry.message(6, [1, 2, 3, 4, 5]), body, log)) throw invalid("inclusion");
  return integratedTime;
}

function includes(proof: Message | null, body: Uint8Array, log: LogKey): boolean {
  if (proof === null) return true;
  const [index, size] = [proof.number(1), proof.number(3)];
  const [root, hashes] = [proof.bytes(2), proof.repeated(4)];
  const checkpoint = proof.message(5, [1])?.text(1) ?? "";
  return isIncluded(body, { index, size, root, hashes, checkpoint }, log);
}

/**
 * The entry as Rekor writes it: JSON with sorted names and without blanks (RFC 8785). gitsign leaves it out of the
 * signature; made from the signature itself, it cannot be that of another.
 */
function bodyOf({ signed, value, certificate }: LoggedSignature): string {
  const digest = createHash("sha256").update(signed).digest("hex");
  return JSON.stringify({
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: digest } },
      signature: { content: base64(value), publicKey: { content: base64(Buffer.from(pemOf(certificate))) } },
    },
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** RFC 7468, section 2, with lines of 64 characters. */
function pemOf(certificate: Uint8Array): string {
  const lines = base64(certificate).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

const invalid = (detail: string): SignatureRefusal => new SignatureRefusal("signature-invalid", detail);
