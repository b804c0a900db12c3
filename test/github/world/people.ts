import { organization, simpleUser } from "../render/accounts.js";
import { team as teamJson } from "../render/people.js";
import { repository } from "../render/repository.js";
import type { Json } from "./json.js";
import type { Account, Repo, Role, Team } from "./model.js";
import { tell } from "./telling.js";
import { fullName, type World } from "./world.js";

/** What a member's webhook calls a role. */
const PERMISSION: Readonly<Record<Role, string>> = {
  read: "read",
  triage: "read",
  write: "write",
  maintain: "write",
  admin: "admin",
};

/** Somebody may do this in a repository from now on; a new collaborator or one with another role. */
export function grantRole(world: World, repo: Repo, member: Account, role: Role): void {
  const before = repo.collaborators.get(member.id);
  repo.collaborators.set(member.id, role);
  if (before === undefined) {
    const permission = { to: PERMISSION[role] };
    tellMember(world, repo, member, "added", { changes: { permission, role_name: { to: role } } });
  } else if (before !== role) {
    const changes = { old_permission: { from: PERMISSION[before] }, permission: { from: before, to: role } };
    tellMember(world, repo, member, "edited", { changes });
  }
}

export function revokeRole(world: World, repo: Repo, member: Account): void {
  if (repo.collaborators.delete(member.id)) tellMember(world, repo, member, "removed", {});
}

function tellMember(world: World, repo: Repo, member: Account, action: string, details: Json): void {
  tell(world, repo, repo.owner, "member", action, { member: simpleUser(world, member), ...details });
}

export function addToTeam(world: World, team: Team, member: Account): void {
  team.members.add(member.id);
  tellMembership(world, team, member, "added");
}

export function removeFromTeam(world: World, team: Team, member: Account): void {
  if (team.members.delete(member.id)) tellMembership(world, team, member, "removed");
}

function tellMembership(world: World, team: Team, member: Account, action: string): void {
  tellOrganization(world, team.organization, "membership", action, {
    scope: "team",
    member: simpleUser(world, member),
    team: teamJson(world, team),
  });
}

/** GitHub tells both of the team that got a repository and of the repository that got a team. */
export function giveToTeam(world: World, team: Team, repo: Repo, role: Role): void {
  const before = team.repositories.get(repo.id);
  team.repositories.set(repo.id, role);
  if (before === undefined) {
    tellTeam(world, team, repo, "added_to_repository", {});
    tell(world, repo, repo.owner, "team_add", null, { team: teamJson(world, team) });
    return;
  }
  const from = { admin: before === "admin", pull: true, push: before !== "read" && before !== "triage" };
  tellTeam(world, team, repo, "edited", { changes: { repository: { permissions: { from } } } });
}

export function takeFromTeam(world: World, team: Team, repo: Repo): void {
  if (team.repositories.delete(repo.id)) tellTeam(world, team, repo, "removed_from_repository", {});
}

/** What it gave its members goes with it; GitHub says nothing of that. */
export function deleteTeam(world: World, team: Team): void {
  world.teams.splice(world.teams.indexOf(team), 1);
  tellOrganization(world, team.organization, "team", "deleted", { team: teamJson(world, team) });
}

function tellTeam(world: World, team: Team, repo: Repo, action: string, details: Json): void {
  tellOrganization(world, team.organization, "team", action, {
    team: teamJson(world, team),
    repository: repository(world, repo),
    ...details,
  });
}

/** Of those who leave GitHub tells once, whatever they could do until then. */
export function leaveOrganization(world: World, account: Account, member: Account): void {
  const role = world.members.get(account.id)?.get(member.id) ?? "member";
  world.members.get(account.id)?.delete(member.id);
  for (const team of world.teams) if (team.organization === account) team.members.delete(member.id);
  for (const repo of world.repositories) if (repo.owner === account) repo.collaborators.delete(member.id);
  const url = `${world.url}/api/v3/orgs/${account.login}`;
  const user = simpleUser(world, member);
  tellOrganization(world, account, "organization", "member_removed", {
    membership: {
      url: `${url}/memberships/${member.login}`,
      state: "active",
      role,
      organization_url: url,
      user,
    },
  });
}

/** An account gets another name, and all of its repositories with it. Apps on it hear of that in two ways. */
export function renameAccount(world: World, account: Account, login: string): void {
  const from = account.login;
  for (const repo of world.repositories) if (repo.owner === account) repo.formerNames.push(fullName(repo));
  account.login = login;
  const changes = { login: { from } };
  tellOrganization(world, account, "organization", "renamed", { changes });
  for (const installation of world.installations.filter((entry) => entry.account === account)) {
    const payload = {
      action: "renamed",
      account: { ...organization(world, account), html_url: `${world.url}/${login}` },
      changes,
      target_type: account.type,
      sender: simpleUser(world, account),
    };
    world.emit({
      name: "installation_target",
      action: "renamed",
      account,
      repo: null,
      installation,
      payload,
    });
  }
}

function tellOrganization(world: World, account: Account, name: string, action: string, details: Json): void {
  const payload = {
    action,
    ...details,
    organization: organization(world, account),
    sender: simpleUser(world, account),
  };
  world.emit({ name, action, account, repo: null, installation: null, payload });
}
