import type { Json } from "../world/json.js";
import type { Team } from "../world/model.js";
import type { World } from "../world/world.js";
import { api, nodeId } from "./accounts.js";

/** A team as webhooks show it. */
export function team(world: World, { id, organization, slug, name }: Team): Json {
  const url = api(world, `/organizations/${organization.id}/team/${id}`);
  return {
    id,
    node_id: nodeId("Team", id),
    name,
    slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    parent: null,
    url,
    html_url: `${world.url}/orgs/${organization.login}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
  };
}
