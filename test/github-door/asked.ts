import type { Answer, Call } from "./stub.js";

/** What is asked of the stub and how it answers, in the words of GraphQL and of REST's pages. */

/** Which query a GraphQL call sends. */
export const nameOf = ({ body }: Call): string => /query (\w+)/.exec(String(body["query"]))?.[1] ?? "";

export const variable = ({ body }: Call, name: string): unknown =>
  new Map(Object.entries(body["variables"] ?? {})).get(name);

export const ok = (data: unknown): Answer => ({ json: { data } });

export const graphqlError = (type: string, path?: (string | number)[]) => ({
  type,
  message: "no",
  ...(path && { path }),
});

/** An answer of which a part was refused, or is not there. */
export const partly = (data: unknown, type: string, ...path: (string | number)[]): Answer => ({
  json: { data, errors: [graphqlError(type, path)] },
});

/** A parameter of a REST call's query. */
export const parameter = ({ path }: Call, name: string): string | null =>
  new URL(path, "http://stub").searchParams.get(name);

/** The page that a REST call asks for, from 1. */
export const pageOf = (call: Call): number => Number(parameter(call, "page") ?? 1);

/** One page of a REST list, with the link to the next one where there is one. */
export function pageAnswer(url: string, call: Call, pages: readonly unknown[]): Answer {
  const number = pageOf(call);
  const next = new URL(call.path, url);
  next.searchParams.set("page", String(number + 1));
  const headers = number < pages.length ? { link: `<${next.href}>; rel="next"` } : {};
  return { json: pages[number - 1] ?? [], headers };
}
