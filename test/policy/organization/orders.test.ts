import { describe, expect, it } from "@jest/globals";
import { policyJsonSchema } from "../../../src/policy/document.js";
import { tighter } from "../../../src/policy/organization/orders/order.js";
import { type Key, KEYS } from "../../../src/policy/organization/orders/table.js";
import { parsed, VALUES } from "./values.js";

const names = KEYS.map(({ path }) => path.join("."));
const keys = KEYS.map((key) => [key.path.join("."), key] as const);

/** Every key of the policy's schema that holds no further keys, and sections, as dotted paths. */
function schemaPaths(schema: object, above: readonly string[] = []): string[] {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, object>> };
  return Object.entries(properties).flatMap(([name, inner]) => {
    const path = [...above, name];
    const below = schemaPaths(inner, path);
    return below.length > 0 ? below : [path.join(".")];
  });
}

const chainOf = (key: string): unknown[] => (VALUES[key]?.chain ?? []).map((value) => parsed(key, value));
const apartOf = (key: string): [unknown, unknown][] =>
  (VALUES[key]?.apart ?? []).map(([one, other]) => [parsed(key, one), parsed(key, other)]);
const poolOf = (key: string): unknown[] => [...chainOf(key), ...apartOf(key).flat()];

const isAsTight = ({ order }: Key, own: unknown, least: unknown): boolean => order.lack(own, least) === null;

describe("the table of orders", () => {
  it("has one for each key of a policy but its version, and tests have values of each", () => {
    const missing = schemaPaths(policyJsonSchema()).filter(
      (path) => path !== "version" && !names.some((name) => path === name || path.startsWith(`${name}.`)),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(VALUES).sort()).toEqual([...names].sort());
  });

  it.each(keys)("tells the tighter of %s from the looser", (name, key) => {
    const chain = chainOf(name);
    for (const [i, loose] of chain.entries()) {
      for (const tight of chain.slice(i + 1)) {
        expect([isAsTight(key, tight, loose), isAsTight(key, loose, tight)]).toEqual([true, false]);
      }
    }
    for (const [one, other] of apartOf(name)) {
      expect([isAsTight(key, one, other), isAsTight(key, other, one)]).toEqual([false, false]);
    }
    expect(poolOf(name).length).toBeGreaterThan(1);
  });

  it.each(keys)("is a preorder of %s, and what holds of two is as tight as what is enforced", (name, key) => {
    const pool = poolOf(name);
    for (const a of pool) {
      expect(isAsTight(key, a, a)).toBe(true);
      for (const b of pool) {
        const joined = tighter(key.order, a, b);
        expect(isAsTight(key, joined, b)).toBe(true);
        expect(tighter(key.order, joined, b)).toEqual(joined);
        if (isAsTight(key, a, b)) expect(joined).toEqual(a);
        for (const c of pool) {
          if (isAsTight(key, a, b) && isAsTight(key, b, c)) expect(isAsTight(key, a, c)).toBe(true);
        }
      }
    }
  });

  it("joins lists to what is as tight as both", () => {
    const join = (name: string, own: unknown, least: unknown): unknown => {
      const [, key] = keys.find(([one]) => one === name) ?? [];
      const value = key && tighter(key.order, parsed(name, own), parsed(name, least));
      if (key !== undefined) expect(isAsTight(key, value, parsed(name, own))).toBe(true);
      return value;
    };
    expect(join("branches", ["env/*"], ["~DEFAULT_BRANCH"])).toEqual(["env/*", "~DEFAULT_BRANCH"]);
    expect(join("review.bots", [1, 2], [2, 3])).toEqual([2]);
    expect(join("breakGlass.close", { people: [1], teams: [5] }, { people: [2], teams: [5] })).toEqual({
      people: [],
      teams: [5],
    });
    const [strict, lenient] = [
      { check: "a", app: 1, maxAge: "1h" },
      { check: "a", app: 1, pass: ["success", "neutral"] },
    ];
    expect(join("results", [lenient], [strict])).toHaveLength(2);
    expect(join("results", [strict], [lenient])).toHaveLength(1);
    expect(
      join("breakGlass.routes", [{ channels: ["chat"] }], [{ channels: ["pager"] }, { mention: ["carol"] }]),
    ).toEqual([
      { channels: ["chat", "pager"], mention: [] },
      { channels: ["chat"], mention: ["carol"] },
    ]);
  });
});
