import { defineConfig } from "prisma/config";

/**
 * For the Prisma command line: `DATABASE_URL=postgres://… npx prisma migrate deploy` applies the same migrations that
 * the app applies by itself when it starts. Generating the client needs no database, hence the empty default.
 */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env["DATABASE_URL"] ?? "" },
});
