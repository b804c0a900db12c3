/** What runs where, as a Kubernetes manifest of the demo's repository. */
export interface Workload {
  readonly replicas: number;
  readonly image: string;
  readonly readOnly?: boolean;
  readonly memory?: string;
}

export const MANIFEST_PATH = "production/payments-api.yaml";

export const IMAGE = "registry.acme.example/payments-api:2.4.0";
export const PINNED_IMAGE = `registry.acme.example/payments-api@sha256:${"5e1f".repeat(16)}`;
export const FOREIGN_IMAGE = "registry.mallory.example/payments-api:2.4.0";

/** A Deployment, as text. */
export function manifest({ replicas, image, readOnly, memory }: Workload): string {
  return [
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata:",
    "  name: payments-api",
    "  namespace: production",
    "spec:",
    `  replicas: ${replicas}`,
    "  selector:",
    "    matchLabels: { app: payments-api }",
    "  template:",
    "    metadata:",
    "      labels: { app: payments-api }",
    "    spec:",
    "      containers:",
    "        - name: payments-api",
    `          image: ${image}`,
    ...(readOnly === undefined ? [] : [`          securityContext: { readOnlyRootFilesystem: ${readOnly} }`]),
    ...(memory === undefined ? [] : [`          resources: { limits: { memory: ${memory} } }`]),
    "",
  ].join("\n");
}
