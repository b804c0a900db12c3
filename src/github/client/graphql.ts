import { GraphqlResponseError } from "@octokit/graphql";
import type { Octokit } from "@octokit/rest";
import type { z } from "zod";
import { CountersignError } from "../../errors.js";
import { parseAnswer } from "./parse.js";

/** An answer, and the paths of those fields that GitHub refused, as `repository.pullRequest.baseRef`. */
export interface GraphqlAnswer<T> {
  readonly data: T;
  readonly refused: readonly string[];
}

/**
 * Sends one GraphQL document and checks the shape of what comes back. Fields that the app may not read come back as
 * `null` with their path in `refused`; every other GraphQL error is thrown.
 *
 * @param mayBeAbsent the paths at which that something is not there is an answer, and comes back as `null`
 * @throws CountersignError `github-unavailable` if the answer is cut or of another shape, `github-not-found`,
 *   `github-forbidden`, or what the request itself raised (rate limits too: see `rateLimitError`).
 */
export async function query<T extends z.ZodType>(
  client: Octokit,
  document: string,
  schema: T,
  variables: Readonly<Record<string, unknown>>,
  mayBeAbsent: readonly string[] = [],
): Promise<GraphqlAnswer<z.infer<T>>> {
  const { data, refused } = await send(client, document, variables, mayBeAbsent);
  return { data: parseAnswer(schema, data, "a GraphQL query"), refused };
}

async function send(
  client: Octokit,
  document: string,
  variables: Readonly<Record<string, unknown>>,
  mayBeAbsent: readonly string[],
): Promise<GraphqlAnswer<unknown>> {
  try {
    return { data: await client.graphql(document, { ...variables }), refused: [] };
  } catch (error) {
    if (!(error instanceof GraphqlResponseError)) throw error;
    return { data: error.data, refused: refusedPaths(error, mayBeAbsent) };
  }
}

/** GitHub leaves out the path where it refuses the query as a whole; the library's types do not know that. */
const pathOf = ({ path }: { path?: readonly (string | number)[] }): string | null => path?.join(".") ?? null;

function refusedPaths(error: GraphqlResponseError<unknown>, mayBeAbsent: readonly string[]): string[] {
  const errors = error.errors ?? [];
  const refusals = errors.filter(({ type }) => type === "FORBIDDEN");
  const other = errors.find(
    (one) =>
      one.type !== "FORBIDDEN" && !(one.type === "NOT_FOUND" && mayBeAbsent.includes(pathOf(one) ?? "")),
  );
  if (other !== undefined || errors.length === 0) throw queryError(error, other?.type);
  const paths = refusals.flatMap((one) => pathOf(one) ?? []);
  if (paths.length < refusals.length) throw queryError(error, "FORBIDDEN");
  return paths;
}

/** That fields were refused without which there is nothing to judge. */
export const refusal = (paths: readonly string[], remedy: string): CountersignError =>
  new CountersignError("github-forbidden", `GitHub refused ${paths.join(", ")}.`, { remedy });

function queryError(cause: GraphqlResponseError<unknown>, type: string | undefined): CountersignError {
  switch (type) {
    case "FORBIDDEN":
      return new CountersignError("github-forbidden", "GitHub refused a GraphQL query.", {
        remedy:
          "Check that the app is installed on this repository with the permissions that app.yml asks for.",
        cause,
      });
    case "NOT_FOUND":
      return new CountersignError("github-not-found", "GitHub does not find what was asked for.", { cause });
    default:
      return new CountersignError(
        "github-unavailable",
        "GitHub's GraphQL interface answered with an error.",
        {
          cause,
        },
      );
  }
}
