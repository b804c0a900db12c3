/** One page of a GraphQL connection. */
export interface Page<T> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly T[];
}

export const NO_PAGE = { totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };

/**
 * The nodes of a page and of all that follow it. Whether they are all that GitHub counts is for the caller to see.
 * @param next reads the page after a cursor; `null` where what was paged through is gone: reading ends there
 */
export async function followPages<T>(
  first: Page<T>,
  next: (after: string) => Promise<Page<T> | null>,
): Promise<T[]> {
  const nodes = [...first.nodes];
  let { hasNextPage, endCursor } = first.pageInfo;
  while (hasNextPage && endCursor !== null) {
    const page = await next(endCursor);
    if (page === null) break;
    nodes.push(...page.nodes);
    ({ hasNextPage, endCursor } = page.pageInfo);
  }
  return nodes;
}
