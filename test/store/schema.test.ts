import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { eachDatabase } from "../support/postgres.js";

eachDatabase("prisma/schema.prisma", (store) => {
  it("says of every table what the migrations made", async () => {
    const rows = await store().sql<{ table_name: string; columns: string[] }>(
      `SELECT table_name, array_agg(column_name::text ORDER BY column_name) AS columns
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
        GROUP BY table_name ORDER BY table_name`,
    );
    expect(Object.fromEntries(rows.map((row) => [row.table_name, row.columns]))).toEqual(modelsOf(SCHEMA));
  });
});

const SCHEMA = readFileSync(new URL("../../prisma/schema.prisma", import.meta.url), "utf8");

/** Columns by table, as the schema names them. */
function modelsOf(schema: string): Record<string, string[]> {
  const models = schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm);
  return Object.fromEntries(
    [...models].map(([, name = "", body = ""]) => [tableOf(name, body), columnsOf(body)]),
  );
}

const tableOf = (name: string, body: string): string => /@@map\("(.*?)"\)/.exec(body)?.[1] ?? name;

function columnsOf(body: string): string[] {
  const fields = body.split("\n").filter((line) => /^ {2}[a-z]\w* /.test(line));
  return fields.map((line) => /@map\("(.*?)"\)/.exec(line)?.[1] ?? line.trim().split(/\s+/)[0] ?? "").sort();
}
