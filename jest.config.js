// Run with `--liftoff-only` (package.json): the embedded database and the database client are WebAssembly, which V8 would
// otherwise spend much time to optimize in every test file, for more than so short a use can give back.
/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  globalSetup: "<rootDir>/test/support/database/begin-run.mjs",
  globalTeardown: "<rootDir>/test/support/database/end-run.mjs",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  // Both cores of a small machine: much of the time is spent waiting for gpg, git and databases.
  maxWorkers: "100%",
  // Starting a program costs more the larger the process that starts it is, and these start thousands.
  workerIdleMemoryLimit: "512MB",
  // Tests start real gpg, git, PostgreSQL and the app itself.
  testTimeout: 60_000,
};
