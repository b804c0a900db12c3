import { canonicalJson, sha256Hex } from "../../evidence/canonical.js";
import { type DocumentKind, readDocument } from "../file/read-document.js";
import { keysAt } from "../file/suggest.js";
import type { PolicyProblem, YamlSource } from "../file/yaml.js";
import { organizationPolicyJsonSchema, OrganizationPolicySchema } from "./document.js";
import { govern } from "./govern.js";
import { isWritten, valueAt } from "./keys.js";
import { type Key, KEYS } from "./orders/table.js";

/** What holds for every repository of an account. */
export interface OrganizationPolicy {
  readonly revision: number;
  /** Lower-case hex SHA-256 over the canonical JSON of what is written: comments and layout do not change it. */
  readonly digest: string;
  /** The keys that are written in each part, with their values. */
  readonly defaults: ReadonlyMap<Key, unknown>;
  readonly enforced: ReadonlyMap<Key, unknown>;
  /** What is written, and where. */
  readonly source: YamlSource;
}

export type ParsedOrganizationPolicy =
  | { readonly ok: true; readonly policy: OrganizationPolicy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

const SCHEMA = organizationPolicyJsonSchema();

const ORGANIZATION_FILE: DocumentKind<
  Readonly<Record<"defaults" | "enforced", unknown>> & { revision: number }
> = {
  schema: OrganizationPolicySchema,
  keysAt: (path) => keysAt(path, SCHEMA),
  page: "docs/organization-policy.md",
  whenEmpty: "Write `version: 1` and a `revision`; to ask for nothing, leave `defaults` and `enforced` out.",
};

/**
 * Reads the account's policy file, as strictly as a policy file is read. Never throws, and gives nothing where there was
 * any problem; that its two parts do not fit together is one.
 */
export function parseOrganizationPolicy(text: string): ParsedOrganizationPolicy {
  const read = readDocument(text, ORGANIZATION_FILE);
  if (!read.ok) return read;
  const { value, source } = read;
  const policy: OrganizationPolicy = {
    revision: value.revision,
    digest: sha256Hex(canonicalJson(source.value)),
    defaults: writtenIn("defaults", value.defaults, source),
    enforced: writtenIn("enforced", value.enforced, source),
    source,
  };
  const alone = govern(policy, null);
  if (alone.ok) return { ok: true, policy };
  const message = `Its parts do not fit together: ${alone.problem}`;
  const remedy = "Change `defaults` or `enforced` so that a repository without a policy has one.";
  return { ok: false, problems: [{ ...source.locate([], "enforced"), path: "", message, remedy }] };
}

function writtenIn(part: string, values: unknown, source: YamlSource): Map<Key, unknown> {
  const written = KEYS.filter(({ path }) => isWritten(source.value, [part, ...path]));
  return new Map(written.map((key) => [key, valueAt(values, key.path)]));
}
