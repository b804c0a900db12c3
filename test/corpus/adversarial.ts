import { splitObject, verifyObject } from "../../src/signatures/index.js";
import { choiceFor, type Disagreement } from "./disagreement.js";
import type { AdversarialCase } from "./sets.js";

/**
 * What the documentation says about each choice of policy that the cases name: some words that stand in a table row of
 * docs/signatures.md.
 */
export const POLICY_WORDS: ReadonlyMap<string, string> = new Map([
  ["weak-key", "`weak-key`"],
  ["dsa", "DSA"],
  ["two-signatures", "Two signatures, in headers, armors or packets"],
  ["second-armor", "Two signatures, in headers, armors or packets"],
  ["git-accepts", "headers that Git does not know"],
  ["extra-packet", "Anything beside one signature packet"],
  ["packet-trailing", "Anything beside one signature packet"],
  ["length", "Anything beside one signature packet"],
  ["textmode", "Canonical text signatures"],
  ["identity", "belongs to somebody else"],
  ["expired-key", "Key expired now, valid when it signed"],
  ["soft-revocation", "Key revoked as superseded or retired"],
  ["future", "`signed-in-future`"],
  ["critical-notation", "Unknown critical subpacket or notation"],
  ["trailing-text", "Text after the armor"],
  ["no-tagger", "Tag without a tagger"],
  ["no-issuer", "`signature-without-issuer`"],
  ["no-time", "`signature-without-time`"],
  ["left16", '"Left 16 bits"'],
  ["pk3", 'RSA "sign only"'],
  ["backdating", "`valid-before` in `allowed_signers`"],
  ["cert-plain", "Certified key listed without its certificate"],
  ["cert-noprincipal", "`certificate-principal-mismatch`"],
  ["reserved", "Reserved field of an SSH signature"],
  ["crlf", "CRLF in SSH armor"],
  ["openpgpjs-only", "OpenPGP version 6"],
]);

/** Compares every case with its expectation under the rules that hold where no policy says otherwise. */
export function compareAdversarial(cases: readonly AdversarialCase[], at: Date): Disagreement[] {
  return cases.flatMap((one) => [...compareSplit(one), ...compareVerdict(one, at), ...compareKeys(one)]);
}

function compareSplit({
  name,
  type,
  raw,
  object_format,
  payload_b64,
  signature_b64,
}: AdversarialCase): Disagreement[] {
  const { payload, signature } = splitObject(type, raw, object_format);
  const agree =
    signature === null || signature_b64 === null || payload_b64 === null
      ? signature === signature_b64
      : signature_b64.equals(signature) && payload_b64.equals(payload);
  const say = (bytes: Uint8Array | null): string =>
    bytes === null ? "unsigned" : `${bytes.length} bytes signed`;
  const sizes = { theirs: say(payload_b64), ours: signature === null ? say(null) : say(payload) };
  return agree ? [] : [{ ...baseOf(name), question: "split", ...sizes, reason: null, documented: null }];
}

function compareVerdict(one: AdversarialCase, at: Date): Disagreement[] {
  const { name, expect, policy, trust } = one;
  const { verdict, reason, identity } = verifyObject(one, trust, at);
  const found: Disagreement[] = [];
  if ((verdict === "good") !== (expect === "accept")) {
    const documented = choiceFor("verdict", policy ?? expect, reason);
    found.push({ ...baseOf(name), question: "verdict", theirs: expect, ours: verdict, reason, documented });
  }
  // Git takes whoever the key belongs to; the case is about somebody who is not the committer.
  if (verdict === "good" && policy === "identity" && identity === "committer")
    found.push({
      ...baseOf(name),
      question: "identity",
      theirs: "not the committer",
      ours: identity,
      reason,
      documented: null,
    });
  return found;
}

/** A list of revoked keys that cannot be read refuses everything, which would look like agreement. */
function compareKeys({ name, trust }: AdversarialCase): Disagreement[] {
  const unreadable = trust.revoked.problems[0];
  const ours = unreadable?.message ?? "";
  const base = {
    ...baseOf(name),
    question: "keys",
    theirs: "readable",
    reason: null,
    documented: null,
  } as const;
  return unreadable === undefined ? [] : [{ ...base, ours }];
}

const baseOf = (name: string) => ({ set: "adversarial", name, rules: "strict" }) as const;
