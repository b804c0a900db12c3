import { CountersignError } from "../../errors.js";
import type { Found, Names, ReadOptions } from "../../git/objects.js";
import type { GitRepository } from "../../git/repository.js";
import { Channel } from "./channel.js";
import type { Selection } from "./options.js";

/** Larger commits and tags than anybody makes are not held in memory, in bytes. */
const MAX_OBJECT = 16 * 1024 * 1024;
/** Tags asked for at once, and held until the tags that they wrap are there. */
const TAGS_AHEAD = 16;

/** Small enough that git writes on while one chunk is verified, large enough that handing it to a thread costs little. */
const READING: ReadOptions = {
  types: new Set(["commit", "tag"]),
  maxSize: MAX_OBJECT,
  chunk: { objects: 128, bytes: 1024 * 1024 },
  buffered: false,
};
/** Ids that git itself lists: nobody waits for the answer to one of them. */
const LISTED: ReadOptions = { ...READING, buffered: true };

type Chunks = AsyncGenerator<readonly Found[]>;

/** Takes how many more objects are known to come. */
type Announce = (objects: number) => void;

/**
 * Reads what `selection` names, in its order, as fast as it is taken. `input`: standard input. Names are announced as
 * they come to be known, long before their objects are there.
 */
export async function* select(
  repository: GitRepository,
  selection: Selection,
  input: AsyncIterable<Buffer>,
  announce: Announce,
): Chunks {
  switch (selection.kind) {
    case "revisions":
      announce(selection.names.length);
      yield* withWrappedTags(repository, [selection.names], null);
      return;
    case "range":
      yield* repository.objects(announced(repository.commitsIn(selection.names), announce), LISTED);
      return;
    case "stdin":
      yield* repository.objects(announced(linesOf(input), announce), READING);
      return;
    case "all":
      yield* withWrappedTags(repository, announced(repository.tagObjects(), announce), new Set());
      yield* repository.objects(announced(repository.allCommits(), announce), LISTED);
  }
}

async function* announced(
  batches: AsyncIterable<readonly string[]>,
  announce: Announce,
): AsyncGenerator<readonly string[]> {
  for await (const names of batches) {
    announce(names.length);
    yield names;
  }
}

/**
 * Each object that is named and, behind a tag of a tag, the tags that it wraps, the outermost first. `seen`: ids that
 * are not to come again; there are far fewer tags than commits, so they can be held.
 */
async function* withWrappedTags(repository: GitRepository, names: Names, seen: Set<string> | null): Chunks {
  const questions = new Channel<readonly string[]>(1);
  const answers = repository.objects(questions, READING);
  const isNew = (id: string): boolean => seen?.has(id) !== true;
  try {
    for await (const batch of names) {
      for (let from = 0; from < batch.length; from += TAGS_AHEAD) {
        const part = batch.slice(from, from + TAGS_AHEAD).filter(isNew);
        for (const found of await askAll(questions, answers, part)) {
          for (let next: Found | null = found; next !== null && isNew(idOf(next));) {
            seen?.add(idOf(next));
            yield [next];
            const wrapped = wrappedTag(next);
            const inner: readonly Found[] =
              wrapped === null ? [] : await askAll(questions, answers, [wrapped]);
            next = inner[0] ?? null;
          }
        }
      }
    }
    questions.close();
    // Git's own end has its say, too.
    for await (const chunk of answers) yield chunk;
  } finally {
    questions.close();
    await answers.return(undefined);
  }
}

const idOf = (found: Found): string => ("oid" in found ? found.oid : found.name);

async function askAll(
  questions: Channel<readonly string[]>,
  answers: Chunks,
  names: readonly string[],
): Promise<Found[]> {
  await questions.push(names);
  const found: Found[] = [];
  while (found.length < names.length) {
    const next = await answers.next();
    if (next.done === true) break;
    found.push(...next.value);
  }
  return found;
}

/** The id of the tag that a tag is of; `null`: it is of something else. */
function wrappedTag(found: Found): string | null {
  if (found.kind !== "object" || found.type !== "tag") return null;
  const head = Buffer.from(found.raw.buffer, found.raw.byteOffset, Math.min(found.raw.length, 100));
  return /^object ([0-9a-f]{40}|[0-9a-f]{64})\ntype tag\n/.exec(head.toString("latin1"))?.[1] ?? null;
}

const LINE_LIMIT = 65_536;

/** The lines of standard input, as many at a time as have come. */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of input) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LINE_LIMIT) throw tooLong();
    const names = lines.map((line) => line.trim()).filter((line) => line !== "");
    if (names.length > 0) yield names;
  }
  if (rest.trim() !== "") yield [rest.trim()];
}

function tooLong(): CountersignError {
  return new CountersignError("revision-unknown", "A line of standard input is too long to name an object.", {
    remedy: "Give one object id or revision a line.",
  });
}
