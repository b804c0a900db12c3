import { defineConfig, env } from "prisma/config";

/**
 * For the Prisma command line: `DATABASE_URL=postgres://… npx prisma migrate deploy` applies the same migrations that
 * the app applies by itself when it starts. `prisma generate` reads the variable, too, though it needs no database: see scripts/generate-prisma.mjs.
 */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: env("DATABASE_URL") },
});
