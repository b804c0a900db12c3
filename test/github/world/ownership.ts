import { organization, simpleUser } from "../render/accounts.js";
import type { Json } from "./json.js";
import type { Account, Repo } from "./model.js";
import { tell } from "./telling.js";
import { fullName, type World } from "./world.js";

/** A repository gets another name. By the old one it is still found, until another repository takes that. */
export function renameRepository(world: World, repo: Repo, name: string): void {
  const from = repo.name;
  repo.formerNames.push(fullName(repo));
  repo.name = name;
  tellChange(world, repo, "renamed", { repository: { name: { from } } });
}

/** A repository goes to another account: those who work there hear of it, and can see where it came from. */
export function transferRepository(world: World, repo: Repo, owner: Account): void {
  const from = repo.owner;
  repo.formerNames.push(fullName(repo));
  repo.owner = owner;
  const shown =
    from.type === "Organization"
      ? { organization: organization(world, from) }
      : { user: simpleUser(world, from) };
  tellChange(world, repo, "transferred", { owner: { from: shown } });
}

export function setDefaultBranch(world: World, repo: Repo, branch: string): void {
  const from = repo.defaultBranch;
  repo.defaultBranch = branch;
  tellChange(world, repo, "edited", { default_branch: { from } });
}

export function setArchived(world: World, repo: Repo, archived: boolean): void {
  repo.archived = archived;
  tellOf(world, repo, archived ? "archived" : "unarchived");
}

export function setPrivate(world: World, repo: Repo, hidden: boolean): void {
  repo.private = hidden;
  tellOf(world, repo, hidden ? "privatized" : "publicized");
}

export function deleteRepository(world: World, repo: Repo): void {
  tellOf(world, repo, "deleted");
  world.repositories.splice(world.repositories.indexOf(repo), 1);
}

const tellChange = (world: World, repo: Repo, action: string, changes: Json): void => {
  tellOf(world, repo, action, { changes });
};

function tellOf(world: World, repo: Repo, action: string, details: Json = {}): void {
  repo.updatedAt = world.now();
  tell(world, repo, repo.owner, "repository", action, details);
}
