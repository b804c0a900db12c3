import type { RestAnswer, RestRequest } from "../rest/request.js";
import { coerced, type Routed } from "../rest/router.js";
import type { Json } from "../world/json.js";
import type { Repo } from "../world/model.js";
import { notFound, Refusal } from "../world/refusal.js";
import { maySee, type Caller } from "./access.js";
import type { Contract } from "./contract.js";
import { checkPermission } from "./permissions.js";

/** What every REST request shares. */
export type Services = Pick<RestRequest, "world" | "office" | "limits" | "webhooks">;

export interface RestInput {
  readonly url: URL;
  readonly caller: Caller;
  readonly body: Json | null;
  readonly routed: Routed;
}

/** Checks requests and answers against GitHub's description, and does what lies between. */
export class RestService {
  readonly #services: Services;
  readonly #contract: Contract;
  readonly #violation: (message: string) => void;

  constructor(services: Services, contract: Contract, violation: (message: string) => void) {
    this.#services = services;
    this.#contract = contract;
    this.#violation = violation;
  }

  /** @throws Refusal as GitHub refuses; a request against the description is a violation besides */
  async answer(input: RestInput): Promise<RestAnswer> {
    const { routed, caller, url } = input;
    const { operation, params, handler } = routed;
    const query = coerced(Object.fromEntries(url.searchParams), operation.query);
    this.#checkRequest(input, query);
    const repository = this.#repository(input);
    checkPermission(operation.id, caller, this.#role(caller, repository));
    if (operation.takesBody && repository?.archived === true)
      throw new Refusal(403, "Repository was archived so is read-only.");
    const body = input.body ?? {};
    const answer = await handler({ ...this.#services, caller, url, params, query, body, repository });
    this.#checkAnswer(operation.id, answer, operation.responses);
    return answer;
  }

  #checkRequest({ routed: { operation, params }, body }: RestInput, query: Json): void {
    const errors = [
      ...this.#contract.requestErrors(operation.id, "pathParameters", params),
      ...this.#contract.requestErrors(operation.id, "query", query),
      ...this.#bodyErrors(operation, body),
    ];
    if (errors.length === 0) return;
    this.#violation(`${operation.id}: ${errors.join("; ")}`);
    throw new Refusal(422, `Invalid request. ${errors.join("; ")}`, errors);
  }

  #bodyErrors({ id, takesBody, bodyRequired }: Routed["operation"], body: Json | null): string[] {
    if (!takesBody) return [];
    if (body === null) return bodyRequired ? ["body is missing"] : [];
    return this.#contract.requestErrors(id, "body", body);
  }

  #repository({ routed: { params }, caller }: RestInput): Repo | null {
    const { owner, repo: name } = params;
    if (owner === undefined || name === undefined) return null;
    const repo = this.#services.world.repository(String(owner), String(name));
    if (repo === null || !maySee(this.#services.world, caller, repo)) throw notFound();
    return repo;
  }

  #role(caller: Caller, repo: Repo | null) {
    return caller.kind === "user" && repo !== null ? this.#services.world.role(caller.account, repo) : null;
  }

  /** An answer that GitHub could not give is our own mistake, and must not be built upon. */
  #checkAnswer(id: string, answer: RestAnswer, described: Readonly<Record<string, boolean>>): void {
    const undescribed =
      String(answer.status) in described ? [] : [`status ${answer.status} is not described`];
    const errors = [...undescribed, ...this.#contract.responseErrors(id, answer.status, answer.body)];
    if (errors.length === 0) return;
    this.#violation(`${id} answered ${errors.join("; ")}`);
    throw new Refusal(500, `The loopback GitHub answered against GitHub's description: ${errors.join("; ")}`);
  }
}
