// The health check of a worker, which has no port to ask: does the process beside us, in the same container, still
// talk to the database? Its reconciler asks every second on the connections of jobs, so half a minute of silence means that it
// hangs. Those of requests say nothing of a worker: it has none in hand, and they close when they are idle.
import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 3_000 });
client.on('error', () => process.exit(1));
try {
  await client.connect();
  const { rowCount } = await client.query(
    `select from pg_stat_activity
      where application_name = 'pumasi-jobs' and datname = current_database()
        and client_addr is not distinct from inet_client_addr()
        and state_change > clock_timestamp() - interval '30 seconds'`,
  );
  process.exit(rowCount > 0 ? 0 : 1);
} catch {
  process.exit(1);
}
