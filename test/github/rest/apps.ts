import { app as appJson, installation as installationJson } from "../render/accounts.js";
import { repository } from "../render/repository.js";
import { grantJson, maySee } from "../http/access.js";
import type { Delivery } from "../http/webhooks.js";
import { isJson, type Json } from "../world/json.js";
import type { App, Installation } from "../world/model.js";
import { notFound } from "../world/refusal.js";
import { reaches } from "../world/world.js";
import {
  actorOf,
  appOf,
  byCursor,
  created,
  number,
  ok,
  paged,
  repoOf,
  text,
  type Handler,
  type RestRequest,
} from "./request.js";

/** The app itself, its installations and its deliveries. */
export const apps: Readonly<Record<string, Handler>> = {
  "apps/get-authenticated": (request) => ok(appJson(request.world, appOf(request))),
  "apps/get-by-slug": (request) => ok(appJson(request.world, publicAppOf(request))),
  "apps/list-installations": (request) =>
    paged(request, ours(request), (page) => page.map((entry) => installationJson(request.world, entry))),
  "apps/get-installation": (request) => ok(installationJson(request.world, installationOf(request))),
  "apps/get-org-installation": (request) =>
    ok(found(request, (entry) => entry.account === request.world.account(text(request, "org")))),
  "apps/get-repo-installation": (request) => {
    const repo = repoOf(request);
    return ok(found(request, (entry) => reaches(entry, repo)));
  },
  "apps/create-installation-access-token": (request) =>
    created(grantJson(request.office.issue(installationOf(request), request.body))),
  "apps/list-repos-accessible-to-installation": (request) => {
    const { world, caller } = request;
    const repositories = world.repositories.filter((repo) => maySee(world, caller, repo));
    return paged(request, repositories, (page) => ({
      total_count: repositories.length,
      repositories: page.map((repo) => repository(world, repo)),
    }));
  },
  "apps/list-webhook-deliveries": (request) => {
    const { status } = request.query;
    // As GitHub has it, "failure" is an answer that was not 2xx: an attempt without any answer is not among them.
    const wanted = ({ statusCode }: Delivery) =>
      status === undefined || (status === "success" ? statusCode < 400 && statusCode > 0 : statusCode >= 400);
    return byCursor(request, request.webhooks.deliveries.filter(wanted).reverse(), "cursor", (page) =>
      page.map(deliveryItem),
    );
  },
  "apps/get-webhook-delivery": (request) => ok(deliveryJson(deliveryOf(request))),
  "apps/redeliver-webhook-delivery": (request) => {
    const { envelope } = deliveryOf(request);
    void request.webhooks.deliver(envelope, true);
    return { status: 202, body: {} };
  },
};

/** A private app is there for its owner only, and for installations on that account. */
function publicAppOf(request: RestRequest): App {
  const { world, caller } = request;
  const app = world.apps.find(({ slug }) => slug === text(request, "app_slug"));
  const account = caller.kind === "installation" ? caller.installation.account : actorOf(request);
  if (app === undefined || (app.private && app.owner !== account)) throw notFound();
  return app;
}

function ours(request: RestRequest): Installation[] {
  return request.world.installations.filter(({ app }) => app === appOf(request));
}

function installationOf(request: RestRequest): Installation {
  const id = number(request, "installation_id");
  const installation = ours(request).find((entry) => entry.id === id);
  if (installation === undefined) throw notFound();
  return installation;
}

function found(request: RestRequest, matches: (entry: Installation) => boolean): Json {
  const installation = ours(request).find(matches);
  if (installation === undefined) throw notFound();
  return installationJson(request.world, installation);
}

function deliveryOf(request: RestRequest): Delivery {
  const id = number(request, "delivery_id");
  const delivery = request.webhooks.deliveries.find((entry) => entry.id === id);
  if (delivery === undefined) throw notFound();
  return delivery;
}

function deliveryItem(delivery: Delivery): Json {
  const { envelope } = delivery;
  return {
    id: delivery.id,
    guid: envelope.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: envelope.event,
    action: envelope.action,
    installation_id: envelope.installationId,
    repository_id: envelope.repositoryId,
    throttled_at: null,
  };
}

function deliveryJson(delivery: Delivery): Json {
  const payload: unknown = JSON.parse(delivery.envelope.body);
  return {
    ...deliveryItem(delivery),
    url: "",
    request: { headers: delivery.requestHeaders, payload: isJson(payload) ? payload : null },
    response: { headers: delivery.response?.headers ?? null, payload: delivery.response?.body ?? null },
  };
}
