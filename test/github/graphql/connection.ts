import { GraphQLError } from "graphql";

/** Arguments that every connection takes. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/** GitHub's limit for one page of anything. */
const LARGEST = 100;

/**
 * A page of a list, whose nodes are made only for that page. How many there are may be asked without naming a page; all
 * else is refused without its size.
 *
 * @throws GraphQLError as GitHub does: where too large a page is asked, or the cursor is not ours
 */
export function connection<T, N>(
  items: readonly T[],
  page: PageArguments,
  node: (items: T[]) => N[] | Promise<N[]>,
): object {
  if (Object.values(page).some((value) => value !== null && value !== undefined)) window(items.length, page);
  let made: N[] | Promise<N[]> | null = null;
  const nodes = () => {
    const { from, to } = window(items.length, page);
    made ??= node(items.slice(from, to));
    return made;
  };
  return {
    totalCount: items.length,
    nodes,
    edges: async () => {
      const { from } = window(items.length, page);
      return (await nodes()).map((entry, at) => ({ node: entry, cursor: cursor(from + at) }));
    },
    pageInfo: () => pageInfo(items.length, window(items.length, page)),
  };
}

function pageInfo(length: number, { from, to }: { readonly from: number; readonly to: number }): object {
  return {
    hasNextPage: to < length,
    hasPreviousPage: from > 0,
    startCursor: to > from ? cursor(from) : null,
    endCursor: to > from ? cursor(to - 1) : null,
  };
}

function window(length: number, { first, last, after, before }: PageArguments): { from: number; to: number } {
  const size = first ?? last;
  if (size === null || size === undefined) {
    throw refused(
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate",
    );
  }
  if (size < 0 || size > LARGEST) {
    throw refused(
      "EXCESSIVE_PAGINATION",
      `Requesting ${size} records exceeds the limit of ${LARGEST} records`,
    );
  }
  const from = after === null || after === undefined ? 0 : position(after) + 1;
  const to = before === null || before === undefined ? length : position(before);
  if (first !== null && first !== undefined) return { from, to: Math.min(to, from + size) };
  return { from: Math.max(from, to - size), to };
}

function cursor(at: number): string {
  return Buffer.from(`cursor:${at}`).toString("base64");
}

function position(value: string): number {
  const match = /^cursor:(\d+)$/.exec(Buffer.from(value, "base64").toString());
  if (match === null)
    throw refused("INVALID_CURSOR_ARGUMENTS", `\`${value}\` does not appear to be a valid cursor.`);
  return Number(match[1]);
}

function refused(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}
