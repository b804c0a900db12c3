import { type Policy, PolicySchema, BUILT_IN_POLICY } from "../document.js";
import { dotted } from "../file/read-document.js";
import type { Position, YamlSource } from "../file/yaml.js";
import { isWritten, valueAt, withValue } from "./keys.js";
import { tighter } from "./orders/order.js";
import { type Key, KEYS } from "./orders/table.js";
import type { OrganizationPolicy } from "./parse.js";

/** A key by which a repository asks less than is enforced. */
export interface Loosening {
  /** As `protection.approvals`. */
  readonly key: string;
  /** The end of a sentence that begins with the key. */
  readonly lack: string;
  /** Where the repository's file says it. */
  readonly own: Position;
  /** Where the account's file enforces more. */
  readonly enforced: Position;
}

/** A repository's own policy, with what it says and where. */
export interface OwnPolicy {
  readonly policy: Policy;
  readonly source: YamlSource;
}

export type Governed =
  | { readonly ok: true; readonly policy: Policy; readonly loosenings: readonly Loosening[] }
  | { readonly ok: false; readonly problem: string };

/**
 * The policy that holds in a repository under its account's: what the repository writes, else the account's defaults, else
 * the built-in; and of that and what is enforced the tighter, key by key. So no loosening lets anything through; each is
 * given with both of its lines. What is only left out is no loosening.
 *
 * @param own `null`: the repository has no policy file
 * @returns not `ok` where the parts make no policy together, as business days and a calendar may not
 */
export function govern(organization: OrganizationPolicy, own: OwnPolicy | null): Governed {
  const loosenings = own === null ? [] : KEYS.flatMap((key) => looseningOf(key, organization, own) ?? []);
  const draft = KEYS.reduce<Record<string, unknown>>(
    (policy, key) => withValue(policy, key.path, effective(key, organization, own)),
    { version: 1 },
  );
  const parsed = PolicySchema.safeParse(draft);
  if (parsed.success) return { ok: true, policy: parsed.data, loosenings };
  const [issue] = parsed.error.issues;
  const key = dotted((issue?.path ?? []).map((part) => (typeof part === "number" ? part : String(part))));
  return { ok: false, problem: `\`${key}\`: ${issue?.message ?? "it is no policy"}` };
}

function effective(key: Key, { defaults, enforced }: OrganizationPolicy, own: OwnPolicy | null): unknown {
  const written = own !== null && isWritten(own.source.value, key.path);
  const fallback = defaults.has(key) ? defaults.get(key) : valueAt(BUILT_IN_POLICY, key.path);
  const wanted = written ? valueAt(own.policy, key.path) : fallback;
  return enforced.has(key) ? tighter(key.order, wanted, enforced.get(key)) : wanted;
}

function looseningOf(key: Key, { enforced, source }: OrganizationPolicy, own: OwnPolicy): Loosening | null {
  const { path, order } = key;
  if (!enforced.has(key) || !isWritten(own.source.value, path)) return null;
  const lack = order.lack(valueAt(own.policy, path), enforced.get(key));
  if (lack === null) return null;
  const name = path.at(-1);
  const section = path.slice(0, -1);
  return {
    key: dotted(path),
    lack,
    own: own.source.locate(section, name),
    enforced: source.locate(["enforced", ...section], name),
  };
}
