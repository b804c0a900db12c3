import { deadlines, type Deadline } from "../breakglass/clocks.js";
import { type CaseFile, readCaseFile } from "../breakglass/stored.js";
import { isCountersignError } from "../errors.js";
import { visible } from "../report/escape.js";
import type { StoredCase } from "../store/ports/case-store.js";
import type { Store, Tenant } from "../store/store.js";
import { type Command, parseOptions, UsageError } from "./command.js";
import { withStore } from "./with-store.js";

const usage = [
  "countersign cases [--open] [--tenant LOGIN] [--json]",
  "",
  "Lists break-glass cases, the newest first: one line a case, with its tracking issue and what is due next.",
  "--open leaves out those that are closed or withdrawn; --tenant takes the organization. With --json one object",
  "a line, with the whole case. Exit code 1 while an open case is in breach, or if a case is not what its digest",
  "says.",
].join("\n");

/** The newest of one tenant that are looked at; an operator who has more asks the database. */
const MOST = 10_000;

/** A case with what is read from its file; `file` `null`: it is not what its digest says. */
interface Listed {
  readonly tenant: Tenant;
  readonly stored: StoredCase;
  readonly file: CaseFile | null;
  readonly deadlines: readonly Deadline[];
  readonly open: boolean;
  /** A deadline has passed, and what was owed by then still is. */
  readonly inBreach: boolean;
}

/** Lists the break-glass cases of all tenants, or of one. */
export const casesCommand: Command = {
  usage,
  run: (args) => {
    const options = parseOptions(
      args,
      {
        open: { type: "boolean", default: false },
        tenant: { type: "string" },
        json: { type: "boolean", default: false },
      },
      usage,
    );
    return withStore(async (store) => {
      let wrong = 0;
      for (const tenant of await tenantsOf(store, options.tenant)) {
        const cases = await store.listCases(tenant.id, MOST);
        if (cases.length === MOST)
          console.error(`Only the newest ${MOST} cases of ${tenant.login} are here.`);
        for (const listed of cases.map((stored) => read(tenant, stored))) {
          if (options.open && !listed.open) continue;
          if (listed.file === null || listed.inBreach) wrong += 1;
          console.log(options.json ? asJson(listed) : asLine(listed));
        }
      }
      return wrong > 0 ? 1 : 0;
    });
  },
};

async function tenantsOf(store: Store, login: string | undefined): Promise<Tenant[]> {
  const tenants = await store.listTenants();
  if (login === undefined) return tenants;
  const named = tenants.filter((tenant) => tenant.login.toLowerCase() === login.toLowerCase());
  if (named.length > 0) return named;
  throw new UsageError(`The app was never installed on ${login}.\n\n${usage}`);
}

function read(tenant: Tenant, stored: StoredCase): Listed {
  const file = fileOf(stored);
  const open = stored.state !== "closed" && stored.state !== "withdrawn";
  const clocks = file === null ? [] : deadlines(file.case);
  const inBreach = open && clocks.some(({ breached, met }) => breached && !met);
  return { tenant, stored, file, deadlines: clocks, open, inBreach };
}

/** One that cannot be read does not hide the others. */
function fileOf({ body, digest }: StoredCase): CaseFile | null {
  try {
    return readCaseFile(body, digest);
  } catch (error) {
    if (isCountersignError(error, "invariant-broken")) return null;
    throw error;
  }
}

interface Due {
  /** A clock's name, or `declaration`, which then ends. */
  readonly clock: string;
  readonly dueAt: string;
  readonly breached: boolean;
}

/** What is due first of what is still owed. */
function nextOf({ file, deadlines: clocks, open }: Listed): Due | null {
  if (file === null || !open) return null;
  const { declaration, landing } = file.case;
  if (landing === null) {
    return declaration && { clock: "declaration", dueAt: declaration.endsAt, breached: false };
  }
  const owed = clocks.filter(({ met }) => !met).sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));
  const [first] = owed;
  return first === undefined ? null : { clock: first.clock, dueAt: first.dueAt, breached: first.breached };
}

function asJson(listed: Listed): string {
  const { tenant, stored, file, open, inBreach } = listed;
  return JSON.stringify({
    id: stored.id,
    tenant: { id: tenant.id, login: tenant.login },
    state: stored.state,
    open,
    inBreach,
    breached: stored.breached,
    repository: stored.repository,
    branch: stored.branch,
    changeKey: stored.changeKey,
    pullNumber: stored.pullNumber,
    retroNumber: stored.retroNumber,
    issue: stored.issue,
    openedAt: stored.openedAt,
    announcedAt: stored.announcedAt,
    next: nextOf(listed),
    deadlines: listed.deadlines,
    digest: stored.digest,
    intact: file !== null,
    file,
  });
}

function asLine(listed: Listed): string {
  const { stored, file } = listed;
  const { id, state, repository, branch, pullNumber, issue } = stored;
  const pull = pullNumber === null ? "" : `#${pullNumber}`;
  const { landing, declaration } = file?.case ?? { landing: null, declaration: null };
  const parts = [
    id,
    state.padEnd("acknowledged".length),
    breachOf(listed),
    visible(`${repository.owner}/${repository.name}${pull} → ${branch}`),
    (landing?.afterOid ?? declaration?.headOid ?? "").slice(0, 12),
    issue === null
      ? "no issue yet"
      : `issue ${issue.repository.owner}/${issue.repository.name}#${issue.number}`,
    file === null ? "BROKEN: its digest does not fit" : dueText(listed),
  ];
  return parts.filter((part) => part !== "").join("  ");
}

function breachOf({ stored, inBreach }: Listed): string {
  if (inBreach) return "IN BREACH";
  return stored.breached ? "was in breach" : "";
}

function dueText(listed: Listed): string {
  const next = nextOf(listed);
  return next === null ? "" : `${next.clock} ${next.breached ? "was due" : "by"} ${next.dueAt}`;
}
