import { SignatureRefusal } from "../../reasons.js";
import { readAsn1, type Asn1 } from "../../x509.js";
import {
  asciiOf,
  booleanOf,
  constructed,
  Fields,
  hex,
  octetsOf,
  oidOf,
  primitive,
  smallInteger,
  TAG,
  utf8Of,
} from "../asn1.js";
import { readGeneralName, type GeneralName } from "./general-names.js";

const INVALID = "x509-certificate-invalid";

/** What a certificate's extensions say (RFC 5280, section 4.2). `null`: they say nothing of it. */
export interface Extensions {
  /** basicConstraints with cA: an authority, and how many others may follow below it. */
  readonly authority: { readonly pathLength: number | null } | null;
  /** The first octet of the BIT STRING, so 0x80 is the first use; decipherOnly, the ninth, is of no interest. */
  readonly keyUsage: number | null;
  readonly purposes: { readonly critical: boolean; readonly oids: readonly string[] } | null;
  readonly alternativeNames: readonly GeneralName[] | null;
  /** Lower-case hex. */
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
  readonly nameConstraints: NameConstraints | null;
  /** Fulcio's: who vouched for the identity, an OpenID provider's URL. */
  readonly identityIssuer: string | null;
  /** Critical ones that are not understood: the certificate must not be used. */
  readonly unknownCritical: readonly string[];
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

type Draft = { -readonly [K in keyof Extensions]: Extensions[K] };
type Reader = (draft: Draft, value: Asn1, critical: boolean) => void;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["2.5.29.14", (draft, value) => (draft.subjectKeyId = hex(octetsOf(value, INVALID)))],
  ["2.5.29.15", readKeyUsage],
  ["2.5.29.17", (draft, value) => (draft.alternativeNames = readNames(value))],
  ["2.5.29.19", readBasicConstraints],
  ["2.5.29.30", readNameConstraints],
  // Policies restrict nothing unless somebody demands one, and whoever does must say so in policyConstraints, which
  // is critical and not understood here (RFC 5280, section 6.1.1, initial-explicit-policy).
  ["2.5.29.32", () => undefined],
  ["2.5.29.35", readAuthorityKeyId],
  ["2.5.29.37", (draft, value, critical) => (draft.purposes = { critical, oids: readPurposes(value) })],
  ["1.3.6.1.4.1.57264.1.8", readIdentityIssuer],
]);

/** Fulcio's older form holds the bare text, not a DER value (sigstore/fulcio, docs/oid-info.md). */
const RAW_IDENTITY_ISSUER = "1.3.6.1.4.1.57264.1.1";

const NONE: Extensions = {
  authority: null,
  keyUsage: null,
  purposes: null,
  alternativeNames: null,
  subjectKeyId: null,
  authorityKeyId: null,
  nameConstraints: null,
  identityIssuer: null,
  unknownCritical: [],
};

/** Reads the Extensions of a certificate; `null`: it has none. Throws `x509-certificate-invalid`. */
export function readExtensions(value: Asn1 | null): Extensions {
  const draft: Draft = { ...NONE };
  const seen = new Set<string>();
  for (const extension of value === null ? [] : new Fields(value, INVALID).rest(TAG.sequence)) {
    const oid = readExtension(draft, extension);
    // Readers differ on which of two counts.
    if (seen.has(oid)) throw new SignatureRefusal(INVALID, `extension ${oid} twice`);
    seen.add(oid);
  }
  return draft;
}

function readExtension(draft: Draft, extension: Asn1): string {
  const fields = new Fields(extension, INVALID);
  const oid = oidOf(fields.take(TAG.oid), INVALID);
  const marked = fields.optional(TAG.boolean);
  const critical = marked !== null && booleanOf(marked, INVALID);
  const contents = octetsOf(fields.take(TAG.octetString), INVALID);
  fields.expectEnd();
  const reader = READERS.get(oid);
  if (reader !== undefined) reader(draft, readAsn1(contents, INVALID), critical);
  else if (oid === RAW_IDENTITY_ISSUER) takeIdentityIssuer(draft, asciiOf(contents, INVALID));
  else if (critical) draft.unknownCritical = [...draft.unknownCritical, oid];
  return oid;
}

function readBasicConstraints(draft: Draft, value: Asn1): void {
  const fields = new Fields(value, INVALID);
  const marked = fields.optional(TAG.boolean);
  const isAuthority = marked !== null && booleanOf(marked, INVALID);
  const length = fields.optional(TAG.integer);
  fields.expectEnd();
  const pathLength = length === null ? null : smallInteger(length, INVALID);
  draft.authority = isAuthority ? { pathLength } : null;
}

function readKeyUsage(draft: Draft, { identifier, contents }: Asn1): void {
  if (identifier !== TAG.bitString) throw new SignatureRefusal(INVALID, "key usage");
  draft.keyUsage = contents[1] ?? 0;
}

const readPurposes = (value: Asn1): string[] =>
  new Fields(value, INVALID).rest(TAG.oid).map((purpose) => oidOf(purpose, INVALID));

const readNames = (value: Asn1): GeneralName[] =>
  new Fields(value, INVALID).rest().map((name) => readGeneralName(name, { empty: false }));

function readAuthorityKeyId(draft: Draft, value: Asn1): void {
  const keyId = new Fields(value, INVALID).optional(primitive(0));
  draft.authorityKeyId = keyId === null ? null : hex(keyId.contents);
}

function readNameConstraints(draft: Draft, value: Asn1): void {
  const fields = new Fields(value, INVALID);
  const [permitted, excluded] = [0, 1].map((tag) => fields.optional(constructed(tag))?.children ?? []);
  fields.expectEnd();
  draft.nameConstraints = {
    permitted: (permitted ?? []).map(readSubtree),
    excluded: (excluded ?? []).map(readSubtree),
  };
}

/** RFC 5280, section 4.2.1.10: minimum and maximum are not used, so that a subtree is its base alone. */
function readSubtree(subtree: Asn1): GeneralName {
  const fields = new Fields(subtree, INVALID);
  const base = readGeneralName(fields.take(), { empty: true });
  fields.expectEnd();
  return base;
}

function readIdentityIssuer(draft: Draft, { identifier, contents }: Asn1): void {
  if (identifier !== TAG.utf8String) throw new SignatureRefusal(INVALID, "issuer of the identity");
  takeIdentityIssuer(draft, utf8Of(contents, INVALID));
}

/** A certificate of today names its issuer in both forms. */
function takeIdentityIssuer(draft: Draft, issuer: string): void {
  if (draft.identityIssuer !== null && draft.identityIssuer !== issuer)
    throw new SignatureRefusal(INVALID, "two issuers of the identity");
  draft.identityIssuer = issuer;
}
