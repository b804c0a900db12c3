/**
 * Makes `test/github/contract/{rest,webhooks}.json` from GitHub's own descriptions: the REST operations and webhook
 * events that the loopback GitHub serves, as plain JSON Schema, without descriptions and examples.
 *
 * Run by hand when an operation or an event is added, or to follow a newer description:
 *
 *     mkdir /tmp/contract && cd /tmp/contract
 *     npm pack @octokit/openapi@23.0.2 @octokit/openapi-webhooks@12.1.0
 *     for p in octokit-*.tgz; do mkdir "${p%.tgz}" && tar xzf "$p" -C "${p%.tgz}"; done
 *     cd - && node scripts/trim-github-contract.mjs \
 *       /tmp/contract/octokit-openapi-23.0.2/package/generated/api.github.com.json \
 *       /tmp/contract/octokit-openapi-23.0.2/package/generated/ghec.json \
 *       /tmp/contract/octokit-openapi-webhooks-12.1.0/package/generated/api.github.com.json
 *
 * The two packages (385 MB and 37 MB unpacked) are no dependencies; both are MIT licensed, (c) Octokit contributors.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { argv, exit, stderr, stdout } from "node:process";
import { ENTERPRISE_OPERATIONS, EVENTS, OPERATIONS } from "./github-contract.mjs";

/** Keys of a schema object whose values hold named schemas, and those that only explain. */
const MAPS = new Set(["properties", "patternProperties"]);
const NOISE = new Set([
  "discriminator",
  "description",
  "example",
  "examples",
  "title",
  "deprecated",
  "externalDocs",
  "default",
  "readOnly",
]);
/** Subschemas at least this long (in JSON) that occur twice are written once. */
const SHARE_FROM = 300;

/** One description being trimmed: collects the component schemas that the kept parts refer to. */
class Trimmer {
  #components;
  schemas = {};

  constructor(components) {
    this.#components = components;
  }

  /** Follows a `$ref` to something that is not a schema (a parameter, a response). */
  resolve(value) {
    if (value?.$ref === undefined) return value;
    const [, , section, name] = value.$ref.split("/");
    return this.#components[section][name];
  }

  /** An OpenAPI 3.0 or 3.1 schema as JSON Schema. */
  schema(node) {
    if (Array.isArray(node)) return node.map((item) => this.schema(item));
    if (node === null || typeof node !== "object") return node;
    if (node.$ref !== undefined) return this.#reference(node.$ref);
    const { nullable, ...rest } = node;
    const result = {};
    for (const [key, value] of Object.entries(rest)) {
      if (key === "properties") result[key] = this.#map(openEvents(value));
      else if (MAPS.has(key)) result[key] = this.#map(value);
      else if (!NOISE.has(key) && !key.startsWith("x-")) result[key] = this.#keyword(key, value);
    }
    return nullable === true ? withNull(result) : result;
  }

  #keyword(key, value) {
    return key === "enum" || key === "const" || key === "required" ? value : this.schema(value);
  }

  #map(entries) {
    return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, this.schema(value)]));
  }

  #reference(ref) {
    const name = ref.split("/").at(-1);
    if (!(name in this.schemas)) {
      this.schemas[name] = {};
      this.schemas[name] = this.schema(this.#components.schemas[name]);
    }
    return { $ref: `#/schemas/${name}` };
  }
}

/** Where an app's events are listed, the webhook description names those of some years ago only: any name is taken. */
function openEvents(properties) {
  const { events } = properties;
  if (events?.items?.enum === undefined) return properties;
  return { ...properties, events: { ...events, items: { type: events.items.type } } };
}

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
function withNull(schema) {
  if (schema.enum !== undefined && !schema.enum.includes(null))
    schema = { ...schema, enum: [...schema.enum, null] };
  if (typeof schema.type === "string") return { ...schema, type: [schema.type, "null"] };
  return { anyOf: [schema, { type: "null" }] };
}

function trimRest(description, wanted) {
  const trimmer = new Trimmer(description.components);
  const operations = {};
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of ["get", "post", "patch", "put", "delete"]) {
      const operation = item[method];
      if (operation !== undefined && wanted.has(operation.operationId)) {
        operations[operation.operationId] = trimOperation(
          trimmer,
          method,
          path,
          operation,
          item.parameters ?? [],
        );
      }
    }
  }
  const missing = [...wanted].filter((id) => !(id in operations));
  if (missing.length > 0) throw new Error(`not in the description: ${missing.join(", ")}`);
  return { operations, schemas: trimmer.schemas };
}

/** Both descriptions as one; what they call the same must be the same. */
function joined(one, other) {
  for (const [name, schema] of Object.entries(other.schemas)) {
    if (name in one.schemas && JSON.stringify(one.schemas[name]) !== JSON.stringify(schema))
      throw new Error(`${name} is not the same in both descriptions`);
  }
  return {
    operations: { ...one.operations, ...other.operations },
    schemas: { ...one.schemas, ...other.schemas },
  };
}

function trimOperation(trimmer, method, path, operation, shared) {
  const parameters = [...shared, ...(operation.parameters ?? [])].map((parameter) =>
    trimmer.resolve(parameter),
  );
  const json = operation.requestBody?.content["application/json"]?.schema;
  const responses = {};
  for (const [status, reference] of Object.entries(operation.responses)) {
    const content = trimmer.resolve(reference).content?.["application/json"]?.schema;
    responses[status] = content === undefined ? null : trimmer.schema(content);
  }
  return {
    method,
    path,
    pathParameters: trimParameters(trimmer, parameters, "path"),
    query: trimParameters(trimmer, parameters, "query"),
    body: json === undefined ? null : trimmer.schema(json),
    bodyRequired: operation.requestBody?.required === true,
    responses,
  };
}

/** Parameters of one place as an object schema that allows no others. */
function trimParameters(trimmer, parameters, place) {
  const here = parameters.filter((parameter) => parameter.in === place);
  return {
    type: "object",
    properties: Object.fromEntries(here.map(({ name, schema }) => [name, trimmer.schema(schema)])),
    required: here.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: false,
  };
}

function trimWebhooks(description) {
  const trimmer = new Trimmer(description.components);
  const events = {};
  for (const name of EVENTS) {
    const operation = description.webhooks[name].post;
    events[name] = trimmer.schema(operation.requestBody.content["application/json"].schema);
  }
  return { events, schemas: trimmer.schemas };
}

/** Writes subschemas that occur more than once only once, under `schemas`. Works from the leaves up. */
function share(contract) {
  let again = true;
  while (again) {
    const counts = new Map();
    const count = (node) => {
      if (node === null || typeof node !== "object") return;
      if (isSchema(node)) {
        const json = JSON.stringify(node);
        if (json.length >= SHARE_FROM) counts.set(json, (counts.get(json) ?? 0) + 1);
      }
      Object.values(node).forEach(count);
    };
    count(contract);
    const repeated = [...counts].filter(([, times]) => times > 1).map(([json]) => json);
    const largest = new Set(
      repeated.filter((json) => !repeated.some((other) => other !== json && other.includes(json))),
    );
    again = largest.size > 0;
    if (again) contract = replaceShared(contract, largest);
  }
  return contract;
}

function replaceShared(contract, shared) {
  const names = new Map();
  const replace = (node) => {
    if (node === null || typeof node !== "object") return node;
    if (Array.isArray(node)) return node.map(replace);
    const json = isSchema(node) ? JSON.stringify(node) : "";
    if (!shared.has(json))
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replace(value)]));
    names.set(json, `shared-${createHash("sha256").update(json).digest("hex").slice(0, 10)}`);
    return { $ref: `#/schemas/${names.get(json)}` };
  };
  const result = replace(contract);
  for (const [json, name] of names) result.schemas[name] = JSON.parse(json);
  return result;
}

function isSchema(node) {
  return (
    !Array.isArray(node) &&
    (typeof node.type === "string" || Array.isArray(node.type) || node.oneOf || node.anyOf)
  );
}

function write(name, source, contract) {
  const { version } = source.info;
  const text = JSON.stringify({ source: `${source.info.title} ${version}`, ...share(contract) });
  writeFileSync(new URL(`../test/github/contract/${name}`, import.meta.url), `${text}\n`);
  stdout.write(`${name}: ${text.length} characters\n`);
}

const [restPath, enterprisePath, webhooksPath] = argv.slice(2);
if (restPath === undefined || enterprisePath === undefined || webhooksPath === undefined) {
  stderr.write(
    "usage: trim-github-contract.mjs REST.json ENTERPRISE.json WEBHOOKS.json (see the head of this file)\n",
  );
  exit(2);
}
const rest = JSON.parse(readFileSync(restPath, "utf8"));
const enterprise = JSON.parse(readFileSync(enterprisePath, "utf8"));
const webhooks = JSON.parse(readFileSync(webhooksPath, "utf8"));
write("rest.json", rest, joined(trimRest(rest, OPERATIONS), trimRest(enterprise, ENTERPRISE_OPERATIONS)));
write("webhooks.json", webhooks, trimWebhooks(webhooks));
