import {
  Kind,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** Values of an operation's variables, by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** One point stands for this many requests to connections. */
const REQUESTS_A_POINT = 100;

/**
 * What GitHub charges for a query against the points an hour: the requests that each connection needs if every one
 * before it is full, by a hundred, rounded, and at least 1. A connection is a field that is asked for its `first` or
 * `last` nodes, which GitHub demands of each.
 *
 * https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
export function pointsOf(document: DocumentNode, variables: Variables = {}): number {
  const walk = new Walk(document, variables);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) walk.enter(definition.selectionSet, 1, "");
  }
  return Math.max(1, Math.round(walk.requests / REQUESTS_A_POINT));
}

/** Fragments may name a field at the same place twice; GitHub reads it once. */
class Walk {
  readonly #variables: Variables;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #connections = new Map<string, number>();

  constructor({ definitions }: DocumentNode, variables: Variables) {
    this.#variables = variables;
    this.#fragments = new Map(
      definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
  }

  get requests(): number {
    return [...this.#connections.values()].reduce((sum, requests) => sum + requests, 0);
  }

  /** @param times how often what is selected here is there at most */
  enter({ selections }: SelectionSetNode, times: number, path: string): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#field(selection, times, path);
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.enter(selection.selectionSet, times, path);
      else {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment !== undefined) this.enter(fragment.selectionSet, times, path);
      }
    }
  }

  #field(field: FieldNode, times: number, parent: string): void {
    const path = `${parent}.${(field.alias ?? field.name).value}`;
    const size = this.#sizeOf(field.arguments ?? []);
    if (size !== null) this.#connections.set(path, times);
    if (field.selectionSet !== undefined) this.enter(field.selectionSet, times * (size ?? 1), path);
  }

  #sizeOf(given: readonly ArgumentNode[]): number | null {
    const argument = given.find(({ name }) => name.value === "first" || name.value === "last");
    if (argument === undefined) return null;
    const { value } = argument;
    if (value.kind === Kind.INT) return Number(value.value);
    return value.kind === Kind.VARIABLE ? Number(this.#variables[value.name.value]) : null;
  }
}
