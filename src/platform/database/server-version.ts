import { refuse, type Refusal } from '../../kernel/refusal.js';

/** The first major version that knows `unique nulls not distinct`, which migrations are written with. */
const OLDEST = 15;

/**
 * Why a PostgreSQL server cannot hold the database.
 * @param version as PostgreSQL's `server_version_num`: 150004 is 15.4
 */
export function whyNotServer(version: number): Refusal | null {
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST) return null;
  return refuse(
    'database.too-old',
    `The server of DATABASE_URL is PostgreSQL ${major}. Use PostgreSQL ${OLDEST} or later.`,
  );
}
