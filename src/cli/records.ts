import { caseIdOf } from "../breakglass/stored.js";
import { canonicalJson, sha256Hex } from "../evidence/canonical.js";
import type { Store, StoredRecord } from "../store/store.js";
import { type Command, parseOptions, UsageError } from "./command.js";
import { recordLine } from "./record-line.js";
import { withStore } from "./with-store.js";

const usage = [
  "countersign records [--repository OWNER/NAME] [--pull N] [--case ID] [--json]",
  "",
  "Lists the evidence: one line a record, each checked against its own digest. --case takes a break-glass case's",
  "id, and lists the record of its change with those of its steps, its issue and its seal. With --json one object",
  "a line, with the whole record. Exit code 1 if a record is not what its digest says.",
].join("\n");

const PAGE = 500;

interface Filter {
  readonly repository: string | null;
  readonly pull: number | null;
  readonly caseId: string | null;
}

/** Lists the records of all tenants, and checks each against its digest. */
export const recordsCommand: Command = {
  usage,
  run: (args) => {
    const options = parseOptions(
      args,
      {
        repository: { type: "string" },
        pull: { type: "string" },
        case: { type: "string" },
        json: { type: "boolean", default: false },
      },
      usage,
    );
    const filter = {
      repository: options.repository ?? null,
      pull: pullNumber(options.pull),
      caseId: options.case ?? null,
    };
    return withStore(async (store) => {
      let broken = 0;
      for await (const record of recordsOf(store, filter)) {
        const intact = isIntact(record);
        if (!intact) broken += 1;
        console.log(options.json ? asJson(record, intact) : recordLine(record, intact));
      }
      return broken > 0 ? 1 : 0;
    });
  },
};

function pullNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text);
  throw new UsageError(`--pull takes a number, not ${text}.\n\n${usage}`);
}

async function* recordsOf(store: Store, filter: Filter): AsyncGenerator<StoredRecord> {
  for (const tenant of await store.listTenants()) {
    for (let from = 0; ;) {
      const page = await store.listRecords(tenant.id, from, PAGE);
      yield* page.filter((record) => matches(record, filter));
      const last = page.at(-1);
      if (last === undefined) break;
      from = last.position + 1;
    }
  }
}

const matches = (record: StoredRecord, filter: Filter): boolean =>
  (filter.repository === null ||
    filter.repository === `${record.repository.owner}/${record.repository.name}`) &&
  (filter.pull === null || filter.pull === record.pullNumber) &&
  (filter.caseId === null || filter.caseId === caseOf(record));

/** The case that a record belongs to; a change's own record has the key that its case's id is made of. */
const caseOf = ({ kind, changeKey }: StoredRecord): string =>
  kind.startsWith("break-glass") ? (changeKey.split("/")[0] ?? "") : caseIdOf(changeKey);

/** The digest is over the body, and the body is the one canonical form of what it says. */
function isIntact({ body, digest }: StoredRecord): boolean {
  try {
    return sha256Hex(body) === digest && canonicalJson(JSON.parse(body)) === body;
  } catch {
    return false;
  }
}

function asJson(record: StoredRecord, intact: boolean): string {
  const { body, ...columns } = record;
  return JSON.stringify({ ...columns, intact, record: intact ? (JSON.parse(body) as unknown) : body });
}
