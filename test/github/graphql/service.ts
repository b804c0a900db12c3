import { readFileSync } from "node:fs";
import {
  buildSchema,
  defaultFieldResolver,
  execute,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from "graphql";
import type { Caller } from "../http/access.js";
import type { RateLimits } from "../http/limits.js";
import { isJson, type Json } from "../world/json.js";
import { Refusal } from "../world/refusal.js";
import type { World } from "../world/world.js";
import { Context } from "./context.js";
import { QueryRoot } from "./root.js";

/** Runs GraphQL against the schema that GitHub publishes. What the real GitHub would refuse is a violation. */
export class GraphqlService {
  readonly #world: World;
  readonly #limits: RateLimits;
  readonly #violation: (message: string) => void;

  constructor(world: World, limits: RateLimits, violation: (message: string) => void) {
    this.#world = world;
    this.#limits = limits;
    this.#violation = violation;
  }

  /** The name of the operation that a request asks for, as the client wrote it. */
  operationName(body: Json | null): string | null {
    const query = body?.["query"];
    return typeof query === "string" ? (/\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? null) : null;
  }

  /** GitHub's answer: data, errors, or both. @throws Refusal 400 for what is no GraphQL request */
  async execute(caller: Caller, body: Json | null): Promise<Json> {
    const query = body?.["query"];
    if (typeof query !== "string")
      throw new Refusal(400, "A query attribute must be specified and must be a string.");
    if (caller.kind === "app") throw new Refusal(401, "Bad credentials");
    const document = this.#document(query);
    if (!isDocument(document)) return document;
    const variables = body?.["variables"];
    const context = new Context(this.#world, this.#limits, caller);
    const result = await execute({
      schema: githubSchema(),
      document,
      rootValue: new QueryRoot(context),
      contextValue: context,
      fieldResolver: strictFieldResolver,
      ...(isJson(variables) ? { variableValues: variables } : {}),
    });
    const errors = (result.errors ?? []).map((error) => this.#errorJson(error));
    return { ...("data" in result ? { data: result.data } : {}), ...(errors.length === 0 ? {} : { errors }) };
  }

  /** Parsed and validated; a wrong one gives the answer to it. */
  #document(query: string): DocumentNode | Json {
    const known = DOCUMENTS.get(query);
    if (known !== undefined) return known;
    const document = this.#checked(query);
    if (isDocument(document)) DOCUMENTS.set(query, document);
    return document;
  }

  #checked(query: string): DocumentNode | Json {
    try {
      const document = parse(query);
      const errors = validate(githubSchema(), document);
      if (errors.length === 0) return document;
      return this.#invalid(errors);
    } catch (error) {
      if (error instanceof GraphQLError) return this.#invalid([error]);
      throw error;
    }
  }

  #invalid(errors: readonly GraphQLError[]): Json {
    this.#violation(`GraphQL: ${errors.map(({ message }) => message).join("; ")}`);
    return { errors: errors.map((error) => error.toJSON()) };
  }

  #errorJson(error: GraphQLError): Json {
    const { message, path, locations } = error;
    const type = error.extensions["type"];
    if (typeof type === "string") return { type, path, locations, message };
    this.#violation(`GraphQL at ${(path ?? []).join(".")}: ${message}`);
    return { path, locations, message };
  }
}

/** Valid documents of this process: validating one takes longer than answering it. */
const DOCUMENTS = new Map<string, DocumentNode>();

let schema: GraphQLSchema | null = null;

/** GitHub's published schema: read once, as building it takes longer than any query. */
function githubSchema(): GraphQLSchema {
  if (schema !== null) return schema;
  // Its package exports no path to the file.
  const path = new URL("../../../node_modules/@octokit/graphql-schema/schema.graphql", import.meta.url);
  const options = { assumeValid: true, assumeValidSDL: true, noLocation: true };
  schema = buildSchema(readFileSync(path, "utf8"), options);
  return schema;
}

function isDocument(value: DocumentNode | Json): value is DocumentNode {
  return "kind" in value;
}

/** A field that nobody wrote is not quietly null: the query would seem to work. */
const strictFieldResolver: GraphQLFieldResolver<unknown, Context> = (
  source,
  args: unknown,
  context,
  info,
) => {
  if (typeof source === "object" && source !== null && !(info.fieldName in source)) {
    throw new Error(`the loopback GitHub does not know ${info.parentType.name}.${info.fieldName}`);
  }
  const value: unknown = defaultFieldResolver(source, args, context, info);
  return value;
};
