import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CountersignError } from "../../../errors.js";
import type { ControlFile } from "../../../facts/control-files.js";
import type { TrustMaterial } from "../../../signatures/trust.js";
import { visible } from "../../../report/escape.js";
import type { KeyPaths } from "../options.js";
import { controlFile, keyringFile } from "./texts.js";

const OPENPGP = [".asc", ".gpg", ".pgp"] as const;
const PEM = [".pem"] as const;

/**
 * Reads the files of keys that the command line names. @throws CountersignError `file-unreadable`: a file that was
 * named but cannot be read is never taken for an empty one.
 */
export async function readKeyFiles(paths: KeyPaths): Promise<TrustMaterial> {
  return {
    allowedSigners: await optional(paths.allowedSigners),
    revokedKeys: await optional(paths.revokedKeys),
    keyring: await readAll(paths.keyring, OPENPGP, keyringFile),
    registered: [],
    x509: {
      roots: await readAll(paths.x509Roots, PEM, controlFile),
      timestampAuthorities: await readAll(paths.timestampAuthorities, PEM, controlFile),
      transparencyLogs: await readAll(paths.transparencyLogs, PEM, controlFile),
    },
  };
}

const optional = async (path: string | null): Promise<ControlFile | null> =>
  path === null ? null : controlFile(path, await read(path));

/** The text of a file that the command line names. @throws CountersignError `file-unreadable` */
export async function readNamedFile(path: string): Promise<string> {
  return controlFile(path, await read(path)).text;
}

async function readAll(
  paths: readonly string[],
  suffixes: readonly string[],
  toFile: (path: string, bytes: Uint8Array) => ControlFile,
): Promise<ControlFile[]> {
  const files: ControlFile[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path, suffixes)) files.push(toFile(file, await read(file)));
  }
  return files;
}

/** The file itself, or of a folder those with one of the suffixes, here and below, in the order of their names. */
async function filesOf(path: string, suffixes: readonly string[]): Promise<readonly string[]> {
  if (!(await orUnreadable(path, stat(path))).isDirectory()) return [path];
  const names = await orUnreadable(path, readdir(path, { recursive: true }));
  const files = names.filter((name) => suffixes.some((suffix) => name.endsWith(suffix))).sort();
  if (files.length === 0) throw unreadable(path, `it holds no file that ends in ${suffixes.join(", ")}`);
  return files.map((name) => join(path, name));
}

const read = (path: string): Promise<Uint8Array> => orUnreadable(path, readFile(path));

async function orUnreadable<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(path: string, why: string, cause?: unknown): CountersignError {
  return new CountersignError("file-unreadable", `${visible(path)} cannot be used: ${visible(why)}.`, {
    remedy: "Name a file, or a folder of files, that can be read.",
    cause,
  });
}
