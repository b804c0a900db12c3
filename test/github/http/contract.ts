import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import type { Json } from "../world/json.js";

/** A schema as `scripts/trim-github-contract.mjs` writes it. */
type Schema = Readonly<Record<string, unknown>>;

/** One REST operation of GitHub's OpenAPI description. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, Schema>>;
  readonly pathParameters: Readonly<Record<string, Schema>>;
  readonly bodyRequired: boolean;
  readonly takesBody: boolean;
  /** Described status codes; the value says whether JSON comes with it. */
  readonly responses: Readonly<Record<string, boolean>>;
}

interface OperationEntry {
  readonly method: string;
  readonly path: string;
  readonly pathParameters: { readonly properties: Readonly<Record<string, Schema>> };
  readonly query: { readonly properties: Readonly<Record<string, Schema>> };
  readonly body: Schema | null;
  readonly bodyRequired: boolean;
  readonly responses: Readonly<Record<string, Schema | null>>;
}

interface RestContract {
  readonly operations: Readonly<Record<string, OperationEntry>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

interface WebhookContract {
  readonly events: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** A fork that is gone is `null` in every event of its pull request: the description says so of some of them only. */
const FORK_GONE = "/pull_request/head/repo must be object";

/** GitHub's own description of its REST operations and webhooks. Schemas are compiled when first needed. */
export class Contract {
  readonly operations: readonly Operation[];
  readonly #rest = restContract();
  readonly #webhooks = webhookContract();
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    this.#ajv = new Ajv({
      ...{ strict: false, validateSchema: false, allErrors: true, logger: false },
      // Every test file compiles anew what it needs, and then checks little by it: a schema that many refer to is
      // compiled once and not in each place, and its code is taken as it comes.
      ...{ inlineRefs: false, code: { optimize: false } },
    });
    formats.default(this.#ajv);
    for (const name of ["uri-template", "repo.nwo"]) this.#ajv.addFormat(name, true);
    // Git takes any address, and those that GitHub gives to apps have brackets in them.
    this.#ajv.addFormat("email", /^\S+@\S+$/);
    this.#ajv.addSchema(this.#rest, "rest");
    this.#ajv.addSchema(this.#webhooks, "webhooks");
    this.operations = Object.entries(this.#rest.operations).map(([id, entry]) => operationOf(id, entry));
  }

  /** What is wrong with a part of a request to `id`; empty where it is as GitHub describes it. */
  requestErrors(id: string, part: "pathParameters" | "query" | "body", value: unknown): string[] {
    const pointer = `rest#/operations/${escape(id)}/${part}`;
    const errors = this.#errors(pointer, value, part);
    const body = this.#rest.operations[id]?.body;
    if (part !== "body" || body === null || body === undefined) return errors;
    return [...errors, ...this.#undeclared(body, value, "body")];
  }

  /** What is wrong with a response of `id` with this status. */
  responseErrors(id: string, status: number, value: unknown): string[] {
    const schema = this.#rest.operations[id]?.responses[String(status)];
    if (schema === undefined || schema === null) return [];
    return this.#errors(`rest#/operations/${escape(id)}/responses/${status}`, value, `response ${status}`);
  }

  /** What is wrong with a webhook payload. An event that is not in the contract is an error, too. */
  webhookErrors(event: string, action: string | null, payload: Json): string[] {
    const name = [event.replaceAll("_", "-"), ...(action === null ? [] : [action.replaceAll("_", "-")])].join(
      "-",
    );
    if (!(name in this.#webhooks.events)) return [`${name} is not in contract/webhooks.json`];
    const errors = this.#errors(`webhooks#/events/${escape(name)}`, payload, name);
    return errors.filter((error) => !error.endsWith(FORK_GONE));
  }

  #errors(pointer: string, value: unknown, label: string): string[] {
    const validate = this.#validator(pointer);
    if (validate(value)) return [];
    const errors = validate.errors ?? [];
    return errors
      .slice(0, 8)
      .map((error) => `${label}${error.instancePath} ${error.message ?? error.keyword}`);
  }

  #validator(pointer: string): ValidateFunction {
    const known = this.#compiled.get(pointer);
    if (known !== undefined) return known;
    const compiled = this.#ajv.compile({ $ref: pointer });
    this.#compiled.set(pointer, compiled);
    return compiled;
  }

  /** GitHub ignores properties it does not know; a client that sends one is mistaken all the same. */
  #undeclared(schema: Schema, value: unknown, path: string): string[] {
    const full = this.#follow(schema);
    if (Array.isArray(value)) {
      const items = full["items"];
      return isSchema(items)
        ? value.flatMap((item, at) => this.#undeclared(items, item, `${path}/${at}`))
        : [];
    }
    const declared = this.#declared(full);
    if (!isSchema(value) || Object.keys(declared).length === 0) return [];
    return Object.entries(value).flatMap(([key, item]) => {
      const property = declared[key];
      if (property === undefined) return [`${path}/${key} is not declared`];
      return this.#undeclared(property, item, `${path}/${key}`);
    });
  }

  #declared(schema: Schema): Record<string, Schema> {
    const own = isSchema(schema["properties"]) ? schema["properties"] : {};
    const declared = Object.fromEntries(Object.entries(own).filter(hasSchema));
    for (const key of ["oneOf", "anyOf", "allOf"]) {
      const branches = schema[key];
      if (!Array.isArray(branches)) continue;
      for (const branch of branches) {
        if (isSchema(branch))
          Object.assign(declared, { ...this.#declared(this.#follow(branch)), ...declared });
      }
    }
    return declared;
  }

  #follow(schema: Schema): Schema {
    const reference = schema["$ref"];
    if (typeof reference !== "string") return schema;
    return this.#rest.schemas[reference.slice("#/schemas/".length)] ?? {};
  }
}

let shared: Contract | null = null;

/** The contract, read once: it never changes, and its compiled schemas serve every loopback GitHub of a process. */
export function githubContract(): Contract {
  shared ??= new Contract();
  return shared;
}

function operationOf(id: string, entry: OperationEntry): Operation {
  return {
    id,
    method: entry.method.toUpperCase(),
    path: entry.path,
    query: entry.query.properties,
    pathParameters: entry.pathParameters.properties,
    bodyRequired: entry.bodyRequired,
    takesBody: entry.body !== null,
    responses: Object.fromEntries(
      Object.entries(entry.responses).map(([status, schema]) => [status, schema !== null]),
    ),
  };
}

function restContract(): RestContract {
  const parsed = read("rest.json");
  if (!isRestContract(parsed)) throw new Error("contract/rest.json holds no operations");
  return parsed;
}

function webhookContract(): WebhookContract {
  const parsed = read("webhooks.json");
  if (!isWebhookContract(parsed)) throw new Error("contract/webhooks.json holds no events");
  return parsed;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../contract/${name}`, import.meta.url), "utf8"));
}

/** The files are written by our own script: that they are of its making is all there is to see. */
function isRestContract(value: unknown): value is RestContract {
  return isSchema(value) && isSchema(value["operations"]) && isSchema(value["schemas"]);
}

function isWebhookContract(value: unknown): value is WebhookContract {
  return isSchema(value) && isSchema(value["events"]) && isSchema(value["schemas"]);
}

function escape(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasSchema(entry: [string, unknown]): entry is [string, Schema] {
  return isSchema(entry[1]);
}
