import type { Account } from "../../facts/facts.js";
import { bind, bindCertificate, holdersAt, lapsedSince, type Binding, type Claimant } from "../identity.js";
import { refuseUnfitCertificate } from "../openssh/certificate.js";
import { emailsOf, judgeKey, type KeyJudgement } from "../pgp/certificate.js";
import { SignatureRefusal, verdictOf, type ReasonCode } from "../reasons.js";
import type { SignatureRules, Weakness } from "../rules.js";
import { sshKeyName, type Trust } from "../trust.js";
import { sshRevocationOf } from "../trust/ssh-revocations.js";
import type { Standing } from "../verdict.js";
import { bindIdentities } from "../x509/identity.js";
import { lapseOf, refuseRevoked } from "../x509/judge.js";
import type { Proof } from "./proof.js";

/** By whom and when a proof is judged. */
export interface Question {
  readonly trust: Trust;
  /** The account GitHub associates with the committer or tagger, where known. */
  readonly account: Account | null;
  readonly rules: SignatureRules;
  /** The instant of evaluation in seconds since 1970. */
  readonly at: number;
}

export interface Judgement {
  readonly reason: ReasonCode;
  readonly standing: Standing;
  /** Whose key it is, as far as that was found before anything was refused. */
  readonly binding: Binding | null;
}

/** Clocks of honest machines differ by less. */
const FUTURE_TOLERANCE_SECONDS = 600;

/**
 * Judges a proof at an instant: whose key it is, whether it could sign then, and what became of it. A proof says
 * nothing of time, so a stored one gives what a fresh one would.
 */
export function judge(proof: Proof, question: Question): Judgement {
  const weak = weakness(proof.reading.weaknesses, proof.reading.signedAt, question.rules);
  if (weak !== null) return refusal(weak);
  if (proof.kind === "unproven") return refusal(proof.reason);
  const judgement = attempt(null, () => {
    for (const time of [proof.reading.stamp?.time, proof.reading.signedAt])
      refuseFuture(time ?? null, question.at);
    return judgeProven(proof, question);
  });
  const unreadable = verdictOf(judgement.reason) === "good" && question.trust.revoked.problems.length > 0;
  return unreadable ? { ...judgement, ...refusal("revocations-unreadable") } : named(judgement, proof);
}

/** A good verdict that rests on an algorithm below today's strength always says so. */
function named(judgement: Judgement, { reading }: Proof): Judgement {
  const weak = verdictOf(judgement.reason) === "good" && reading.weaknesses.length > 0;
  return weak ? { ...judgement, reason: "good-weak-algorithm" } : judgement;
}

function judgeProven(proof: Exclude<Proof, { kind: "unproven" }>, question: Question): Judgement {
  switch (proof.kind) {
    case "openpgp":
      return judgeOpenPgp(proof, question);
    case "ssh":
      return judgeSsh(proof, question);
    case "x509":
      return judgeX509(proof, question);
  }
}

function weakness(
  found: readonly Weakness[],
  signedAt: number | null,
  { legacy }: SignatureRules,
): "weak-digest" | "weak-key" | null {
  const inTime = signedAt !== null && signedAt < legacy.signedBefore;
  const refused = found.find((weak) => !inTime || !legacy.allow.includes(weak));
  if (refused === undefined) return null;
  return refused.endsWith("-below-2048") ? "weak-key" : "weak-digest";
}

function judgeOpenPgp(proof: Extract<Proof, { kind: "openpgp" }>, question: Question): Judgement {
  const { candidate, created, lifetime } = proof;
  const { certificate, holders, key } = candidate;
  const { trust, rules, at } = question;
  const binding = bind(holders, emailsOf(certificate, at), claimantOf(proof, question));
  return attempt(binding, () => {
    if (key.material.kind === "dsa" && rules.dsa === "refuse") throw new SignatureRefusal("weak-key");
    if (lifetime !== null && created + lifetime <= at) throw new SignatureRefusal("signature-expired");
    const listed = [certificate.primary, key].some(({ fingerprint }) =>
      trust.revoked.openpgp.has(fingerprint),
    );
    if (listed) throw new SignatureRefusal("key-listed-as-revoked");
    return judgeKey(certificate, key, created, at);
  });
}

function judgeSsh(proof: Extract<Proof, { kind: "ssh" }>, question: Question): Judgement {
  const { trust, rules, at } = question;
  const { certificate, listed, reading } = proof;
  const { securityKey } = reading;
  const revoked = sshRevocationOf(trust.revoked.ssh, proof);
  if (revoked !== null) throw new SignatureRefusal(revoked);
  if (securityKey !== null && !securityKey.userVerified && rules.userVerification === "required")
    throw new SignatureRefusal("user-verification-missing");
  // The oldest tags have no tagger; their keys are judged at the evaluation.
  const signedAt = reading.signedAt ?? at;
  if (certificate !== null) refuseUnfitCertificate(certificate, signedAt, securityKey);
  if (listed !== null) {
    const holders = holdersAt(listed.holders, signedAt);
    return attempt(bind(holders, [], claimantOf(proof, question)), () =>
      since(lapsedSince(holders, at) ? "key-expired" : null),
    );
  }
  if (certificate === null) throw new SignatureRefusal("unknown-key");
  return judgeSshCertificate(proof, certificate, signedAt, question);
}

function judgeSshCertificate(
  proof: Proof,
  certificate: NonNullable<Extract<Proof, { kind: "ssh" }>["certificate"]>,
  signedAt: number,
  question: Question,
): Judgement {
  const { trust, at } = question;
  const { authority, principals, validBefore } = certificate;
  const holders = trust.ssh.get(sshKeyName(authority))?.holders ?? [];
  const { binding, vouchers } = bindCertificate(principals, holders, signedAt, claimantOf(proof, question));
  return attempt(binding, () => {
    if (validBefore <= at) return since("certificate-expired");
    return since(lapsedSince(vouchers, at) ? "key-expired" : null);
  });
}

function judgeX509(proof: Extract<Proof, { kind: "x509" }>, question: Question): Judgement {
  const { x509, reading } = proof;
  const { trust, rules, at } = question;
  // A SHA-256 is a SHA-256: those of certificates and of version 6 keys share a list.
  const revoked = trust.revoked.openpgp;
  refuseRevoked(x509, revoked);
  const binding = bindIdentities(
    x509.identities,
    x509.identityIssuer,
    rules.x509,
    claimantOf(proof, question),
  );
  return attempt(binding, () => {
    const lapse = lapseOf(x509, { signedAt: reading.signedAt, at }, revoked);
    if (binding === null) throw new SignatureRefusal("x509-principal-not-allowed");
    return since(lapse);
  });
}

/** Good when it was made; `code`: for what it would be refused, were it made at the evaluation. */
function since(code: "key-expired" | "certificate-expired" | null): KeyJudgement {
  if (code === null) return { reason: "good", standing: { atSigning: "good", atEvaluation: "good" } };
  return { reason: "good-key-expired-since", standing: { atSigning: "good", atEvaluation: code } };
}

function claimantOf({ reading }: Proof, { account }: Question): Claimant {
  return { email: reading.stamp?.email ?? null, account };
}

function refuseFuture(time: number | null, at: number): void {
  if (time !== null && time > at + FUTURE_TOLERANCE_SECONDS) throw new SignatureRefusal("signed-in-future");
}

const refusal = (reason: ReasonCode): Judgement => ({
  reason,
  standing: { atSigning: reason, atEvaluation: reason },
  binding: null,
});

/** A refusal on the way is a judgement, too, and keeps whose key it was. */
function attempt(binding: Binding | null, judging: () => KeyJudgement | Judgement): Judgement {
  try {
    return { binding, ...judging() };
  } catch (error) {
    const reason = error instanceof SignatureRefusal ? error.code : "internal-error";
    return { ...refusal(reason), binding };
  }
}
