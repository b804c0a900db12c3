import { canonicalJson, sha256Hex } from "../../evidence/canonical.js";
import { type Policy, PolicySchema } from "../document.js";
import { type DocumentKind, readDocument } from "./read-document.js";
import { keysAt } from "./suggest.js";
import type { PolicyProblem, YamlSource } from "./yaml.js";

export type { PolicyProblem } from "./yaml.js";

export type ParsedPolicy =
  | {
      readonly ok: true;
      readonly policy: Policy;
      readonly digest: string;
      /** What is written, and where. */
      readonly source: YamlSource;
    }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

const POLICY_FILE: DocumentKind<Policy> = {
  schema: PolicySchema,
  keysAt,
  page: "docs/policy.md",
  whenEmpty: "Write `version: 1` for the strict default, or delete the file.",
};

/**
 * Reads a policy file. Gives the policy with every default filled in and its digest (see `policyDigest`), or every
 * problem with line and remedy. Never throws, and never gives a policy where there was any problem.
 */
export function parsePolicy(text: string): ParsedPolicy {
  const read = readDocument(text, POLICY_FILE);
  if (!read.ok) return read;
  const { value: policy, source } = read;
  return { ok: true, policy, digest: policyDigest(policy), source };
}

/**
 * Lower-case hex SHA-256 over the canonical JSON of the policy in force, defaults included: comments and layout do
 * not change it, a changed default does.
 */
export const policyDigest = (policy: Policy): string => sha256Hex(canonicalJson(policy));
