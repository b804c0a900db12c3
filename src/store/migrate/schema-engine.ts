import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ErrorCapturingSqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import { CountersignError } from "../../errors.js";

/** The part of Node's global that is used here; its types come only with the DOM's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ readonly instance: { readonly exports: Record<string, unknown> } }>;
};

type Callable = (...parameters: unknown[]) => unknown;

/**
 * Prisma's schema engine as WebAssembly, so that migrating needs no native engine to be downloaded. The package's own
 * entry point imports the `.wasm` file as a module, which Node does only behind a flag; so it is put together here, in
 * the three steps that entry point takes.
 */
let loading: Promise<void> | null = null;

/** A schema engine on the database of `factory`. The caller frees it. */
export async function newSchemaEngine(
  factory: ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
): Promise<glue.SchemaEngine> {
  loading ??= load();
  await loading;
  return glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, factory);
}

async function load(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(join(dirname(entry), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": imports() });
  const setWasm: unknown = Reflect.get(glue, "__wbg_set_wasm");
  const start = instance.exports["__wbindgen_start"];
  if (!isFunction(setWasm) || !isFunction(start)) {
    throw new CountersignError(
      "invariant-broken",
      "the schema engine has another shape than this version expects",
      {
        remedy: "Install the versions of package-lock.json: npm ci",
      },
    );
  }
  setWasm(instance.exports);
  start();
}

/**
 * What the engine calls. It leaves running the timer of ten seconds by which it waits for its lock, and that must not
 * keep a process alive which has nothing else to do.
 */
function imports(): Record<string, unknown> {
  const entries = Object.entries<unknown>({ ...glue }).map(([name, value]) =>
    name.startsWith("__wbg_setTimeout_") && isFunction(value)
      ? ([name, unreferenced(value)] as const)
      : ([name, value] as const),
  );
  return Object.fromEntries<unknown>(entries);
}

function unreferenced(startTimer: Callable): Callable {
  return (...parameters) => {
    const timer = startTimer(...parameters);
    if (isTimer(timer)) timer.unref();
    return timer;
  };
}

function isFunction(value: unknown): value is Callable {
  return typeof value === "function";
}

function isTimer(value: unknown): value is NodeJS.Timeout {
  return typeof value === "object" && value !== null && "unref" in value;
}
