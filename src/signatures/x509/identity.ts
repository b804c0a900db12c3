import type { Binding, Claimant } from "../identity.js";
import { FORGE_EMAIL, normalize, normalizeList } from "../identity.js";
import { matchesPatternList } from "../openssh/patterns.js";
import type { SignatureRules } from "../rules.js";
import type { Certificate } from "./certificate/certificate.js";

/** Whom a certificate names. */
export interface CertificateIdentity {
  /** `email`: may be the committer's; `other`: a URI (gitsign in CI) or a name in Fulcio's own form. */
  readonly kind: "email" | "other";
  readonly value: string;
}

/** Fulcio's OtherName for user names that are no e-mail addresses (sigstore/fulcio, docs/oid-info.md). */
const FULCIO_NAME = "1.3.6.1.4.1.57264.1.7";

/**
 * The identities in subjectAltName; where a certificate has none, the e-mail addresses in its subject, as old S/MIME
 * certificates hold them (RFC 5280, section 4.1.2.6).
 */
export function identitiesOf({ extensions, subjectEmails }: Certificate): CertificateIdentity[] {
  const { alternativeNames } = extensions;
  if (alternativeNames === null) return subjectEmails.map((value) => ({ kind: "email", value }));
  return alternativeNames.flatMap((name): CertificateIdentity[] => {
    switch (name.kind) {
      case "email":
        return [{ kind: "email", value: name.value }];
      case "uri":
        return [{ kind: "other", value: name.value }];
      case "other":
        return name.type === FULCIO_NAME && name.value !== null ? [{ kind: "other", value: name.value }] : [];
      case "dns":
      case "directory":
      case "opaque":
        return [];
    }
  });
}

/**
 * Binds a certificate to the person the object names, as far as the policy lets it vouch for whom it names; `null`:
 * for nobody. GitHub's own address stands for no person, as everywhere.
 */
export function bindIdentities(
  identities: readonly CertificateIdentity[],
  issuer: string | null,
  { principals, issuers }: SignatureRules["x509"],
  { email }: Claimant,
): Binding | null {
  if (issuers !== null && (issuer === null || !issuers.includes(issuer))) return null;
  const allowed = identities.filter((identity) => isAllowed(identity, principals));
  const mine = allowed.find(
    ({ kind, value }) => kind === "email" && email !== null && normalize(value) === normalize(email),
  );
  const principal = (mine ?? allowed[0])?.value;
  if (principal === undefined) return null;
  const forge = allowed.some(({ value }) => normalize(value) === FORGE_EMAIL);
  return {
    signer: { source: "certificate", principal: forge ? FORGE_EMAIL : principal, account: null },
    identity: forge ? "forge" : mine === undefined ? "other" : "committer",
  };
}

/** Only addresses have a domain whose case does not matter. */
function isAllowed({ kind, value }: CertificateIdentity, principals: string): boolean {
  return kind === "email"
    ? matchesPatternList(normalizeList(principals), normalize(value))
    : matchesPatternList(principals, value);
}
