import { jest } from "@jest/globals";
import type { Command } from "../../src/cli/command.js";
import { openTestStore, sharedPostgres, type TestStore } from "../support/postgres.js";

/** What a command said and did. */
export interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
}

/** A database that a test fills and the command line then reads, as an operator would on a running app. */
export interface CommandLine {
  readonly store: TestStore;
  run(command: Command, ...args: string[]): Promise<Outcome>;
  close(): Promise<void>;
}

export async function openCommandLine(): Promise<CommandLine> {
  const server = await sharedPostgres();
  const databaseUrl = await server.createDatabase();
  const store = await openTestStore(databaseUrl, "/nonexistent");
  const earlier = process.env["DATABASE_URL"];
  process.env["DATABASE_URL"] = databaseUrl;
  return {
    store,
    run: async (command, ...args) => {
      const lines: string[] = [];
      const log = jest.spyOn(console, "log").mockImplementation((line: unknown) => {
        lines.push(String(line));
      });
      try {
        return { code: await command.run(args), lines };
      } finally {
        log.mockRestore();
      }
    },
    close: async () => {
      if (earlier === undefined) delete process.env["DATABASE_URL"];
      else process.env["DATABASE_URL"] = earlier;
      await store.close();
      await server.stop();
    },
  };
}
