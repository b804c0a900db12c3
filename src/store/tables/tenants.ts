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
  };
}

export async function saveTenant(queries: Queries, tenant: Tenant): Promise<void> {
  const tenantId = toBigInt(tenant.id);
  const state = {
    login: tenant.login,
    installationId: toBigInt(tenant.installationId),
    suspended: tenant.suspended,
  };
  await queries.tenant.upsert({ where: { tenantId }, create: { tenantId, ...state }, update: state });
}
