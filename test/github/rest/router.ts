import type { Contract, Operation } from "../http/contract.js";
import { apps } from "./apps.js";
import { checks } from "./checks.js";
import { codeScanning } from "./code-scanning.js";
import { compare } from "./git/compare.js";
import { gitData } from "./git/git-data.js";
import { issues } from "./issues.js";
import { organizations } from "./organizations.js";
import { pulls } from "./pulls.js";
import { repositories } from "./repositories.js";
import type { Handler } from "./request.js";
import { users } from "./users.js";

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...apps,
  ...checks,
  ...codeScanning,
  ...compare,
  ...gitData,
  ...issues,
  ...organizations,
  ...pulls,
  ...repositories,
  ...users,
};

/** Path parameters that may hold slashes. */
const LONG = new Set(["path", "ref", "branch"]);

interface Route {
  readonly operation: Operation;
  readonly handler: Handler;
  readonly pattern: RegExp;
}

/** An operation with what its path says. */
export interface Routed {
  readonly operation: Operation;
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Finds the operation of a request among those of GitHub's description that we serve. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(contract: Contract) {
    const routes = contract.operations.map((operation) => {
      const handler = HANDLERS[operation.id];
      if (handler === undefined) throw new Error(`${operation.id} is in the contract and has no handler`);
      return { operation, handler, pattern: patternOf(operation.path) };
    });
    // A longer path first: `commits/{ref}` must not swallow `commits/{ref}/check-runs`.
    this.#routes = routes.sort((one, other) => depth(other.operation) - depth(one.operation));
  }

  find(method: string, path: string): Routed | null {
    for (const { operation, handler, pattern } of this.#routes) {
      const match = operation.method === method ? pattern.exec(path) : null;
      if (match !== null)
        return { operation, handler, params: coerced(match.groups ?? {}, operation.pathParameters) };
    }
    return null;
  }
}

function patternOf(path: string): RegExp {
  const source = path
    .replace(/\./g, "\\.")
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${LONG.has(name) ? ".+" : "[^/]+"})`);
  return new RegExp(`^${source}$`);
}

function depth({ path }: Operation): number {
  return path.split("/").length;
}

type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Path and query are text; what GitHub describes as a number or a flag is read as one. */
export function coerced(
  values: Readonly<Record<string, string>>,
  schemas: Schemas,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const text = decodeURIComponent(value);
      return [name, schemas[name]?.["type"] === "integer" && /^\d+$/.test(text) ? Number(text) : text];
    }),
  );
}
