import type { Queries } from "../database.js";
import { toBigInt, toNumber } from "../numbers.js";
import type { Tenant as TenantRow } from "../prisma/client.js";
import type { Tenant } from "../store.js";

export async function findTenant(queries: Queries, tenantId: number): Promise<Tenant | null> {
  const row = await queries.tenant.findUnique({ where: { tenantId: toBigInt(tenantId) } });
  return row && toTenant(row);
}

/** Every tenant, by login. */
export async function listTenants(queries: Queries): Promise<Tenant[]> {
  const rows = await queries.tenant.findMany({ orderBy: { login: "asc" } });
  return rows.map(toTenant);
}

function toTenant(row: TenantRow): Tenant {
  return {
    id: toNumber(row.tenantId),
    login: row.login,
    installationId: toNumber(row.installationId),
    suspended: row.suspended,
    asOf: row.asOf,
  };
}

/** GitHub counts installations up, so a later one has the larger id; within one, the later state counts. */
export async function saveTenant(queries: Queries, tenant: Tenant): Promise<void> {
  await queries.$executeRaw`
    INSERT INTO tenants AS known (tenant_id, login, installation_id, suspended, as_of)
    VALUES (${toBigInt(tenant.id)}, ${tenant.login}, ${toBigInt(tenant.installationId)}, ${tenant.suspended},
            ${tenant.asOf}::timestamptz)
    ON CONFLICT (tenant_id) DO UPDATE
      SET login = excluded.login, installation_id = excluded.installation_id,
          suspended = excluded.suspended, as_of = excluded.as_of
      WHERE excluded.installation_id > known.installation_id
         OR (excluded.installation_id = known.installation_id AND excluded.as_of >= known.as_of)`;
}
