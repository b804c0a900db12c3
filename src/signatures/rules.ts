/** An algorithm below today's strength: refused, unless the policy allows it for history. */
export const WEAKNESSES = ["md5", "sha1", "ripemd160", "rsa-below-2048", "dsa-below-2048"] as const;
export type Weakness = (typeof WEAKNESSES)[number];

/** What a policy may decide about signatures. Everything else about them is not for decision. */
export interface SignatureRules {
  /** Which weaknesses are let through, in signatures made before `signedBefore` (seconds since 1970). */
  readonly legacy: { readonly allow: readonly Weakness[]; readonly signedBefore: number };
  /** DSA keys of 2048 bits and more; FIPS 186-5 still verifies with them, though nobody should sign with them. */
  readonly dsa: "accept" | "refuse";
  /** Whether security keys must have checked a PIN or finger (PROTOCOL.u2f), not only a touch. */
  readonly userVerification: "required" | "optional";
  readonly x509: {
    /** Pattern list of e-mail addresses and identities that certificates may vouch for; empty: nobody. */
    readonly principals: string;
    /** Issuers of identities (OIDC) that Fulcio certificates may name; `null`: whatever the authority takes. */
    readonly issuers: readonly string[] | null;
  };
}

/** What holds where no policy says otherwise. */
export const STRICT_RULES: SignatureRules = {
  legacy: { allow: [], signedBefore: -Infinity },
  dsa: "accept",
  userVerification: "optional",
  x509: { principals: "", issuers: null },
};
