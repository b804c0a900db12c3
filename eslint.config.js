import tseslint from "typescript-eslint";

/** The rooms that decide: data in, data out. */
const PURE = [
  "src/signatures/**",
  "src/policy/**",
  "src/breakglass/**",
  "src/evidence/**",
  "src/deployments/**",
  "src/report/**",
  "src/facts/facts.ts",
  "src/facts/control-files.ts",
  "src/facts/protection.ts",
];

const IO_PACKAGES = [
  "probot",
  "@octokit/*",
  "@prisma/*",
  "pg",
  "graphile-worker",
  "@electric-sql/*",
  "node:fs",
  "node:fs/*",
  "node:http",
  "node:https",
  "node:net",
  "node:tls",
  "node:dgram",
  "node:dns",
  "node:child_process",
  "node:worker_threads",
];
const IO_ROOMS = ["github", "store", "flows", "web", "webhooks", "notify", "cli", "git"].map(
  (room) => `**/${room}/**`,
);

/** Each integration has one door; some are in a pure room. */
const DOORS = [
  { package: "openpgp", door: "src/signatures/openpgp.ts", pure: true },
  { package: "sshpk", door: "src/signatures/ssh.ts", pure: true },
  { package: "asn1js", door: "src/signatures/x509.ts", pure: true },
  { package: "undici", door: "src/notify/send/post.ts", pure: false },
  { package: "nodemailer", door: "src/notify/send/smtp.ts", pure: false },
  { package: "ipaddr.js", door: "src/notify/net/addresses.ts", pure: false },
];

const restrict = (group, message) => ({ group, message });
const PURITY = restrict(
  [...IO_PACKAGES, ...IO_ROOMS],
  "This room is pure: it does no I/O and knows none that does.",
);

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "src/store/prisma/", "test/github/contract/"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "Only src/config.ts and src/git/environment.ts read the environment.",
        },
      ],
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 12],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: DOORS.map(({ package: name, door }) => restrict([name], `Only ${door} imports ${name}.`)),
        },
      ],
    },
  },
  ...DOORS.map(({ door, package: own, pure }) => ({
    files: [door],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            ...(pure ? [PURITY] : []),
            ...DOORS.filter(({ package: name }) => name !== own).map(({ package: name }) =>
              restrict([name], `${name} has a door of its own.`),
            ),
          ],
        },
      ],
    },
  })),
  {
    files: PURE,
    ignores: DOORS.map(({ door }) => door),
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            PURITY,
            ...DOORS.map(({ package: name, door }) => restrict([name], `Only ${door} imports ${name}.`)),
          ],
        },
      ],
    },
  },
  {
    files: PURE,
    rules: {
      "no-restricted-globals": ["error", "fetch", "process", "setTimeout", "setInterval"],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "Be handed the instant.",
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "Be handed the instant.",
        },
      ],
    },
  },
  {
    files: ["src/config.ts", "src/git/environment.ts", "test/**", "scripts/**", "bench/**"],
    rules: { "no-restricted-properties": "off" },
  },
  {
    files: ["src/main.ts", "src/cli/**", "scripts/**", "test/demo/**", "bench/**"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**"],
    rules: {
      // A suite reads as one story, and its data as one table.
      "max-lines-per-function": "off",
      "max-lines": ["error", { max: 450, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
  },
);
