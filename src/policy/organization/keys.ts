/** Values inside of nested mappings, by the names on the way to them. */

export type Path = readonly string[];

/** What lies at a path; `undefined` where nothing does. */
export const valueAt = (within: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, name) => memberOf(value, name), within);

/** Whether a path was written, whatever stands there. */
export function isWritten(within: unknown, path: Path): boolean {
  const section = valueAt(within, path.slice(0, -1));
  const name = path.at(-1);
  return (
    typeof section === "object" && section !== null && name !== undefined && Object.hasOwn(section, name)
  );
}

/** The mapping with a value at a path; one that is `undefined` is left out. */
export function withValue(
  within: Readonly<Record<string, unknown>>,
  [name, ...rest]: Path,
  value: unknown,
): Record<string, unknown> {
  if (name === undefined || value === undefined) return within;
  const inner = memberOf(within, name);
  const section = typeof inner === "object" && inner !== null ? { ...inner } : {};
  return { ...within, [name]: rest.length === 0 ? value : withValue(section, rest, value) };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
