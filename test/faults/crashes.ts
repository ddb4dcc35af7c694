/** Kills a job process at the moment when it writes something, before its commit or after it. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { eventsOf } from '../support/auction-log.js';
import { killed, type Processes, type RunningProcess } from '../support/processes.js';
import type { System } from '../support/system.js';

/** Whoever writes at the armed site waits for this lock, with its transaction open. */
const LOCK = 4_242;

const LIMIT_MILLIS = 240_000;

export class Crashes {
  private worker: RunningProcess | undefined;
  /** how many processes were killed */
  count = 0;

  private constructor(
    private readonly system: System,
    private readonly processes: Processes,
    private readonly holder: pg.Client,
  ) {}

  static async prepare(system: System, processes: Processes): Promise<Crashes> {
    await system.source.query(
      `create table crash_site (site text primary key);
       create function crash_here() returns trigger language plpgsql as $$
       declare here text := case when tg_table_name = 'auction' then 'settle'
         else (to_jsonb(new) ->> 'kind') || coalesce(' ' || (to_jsonb(new) -> 'body' ->> 'by'), '') end;
       begin
         if exists (select from crash_site c where c.site = here) then
           perform pg_advisory_xact_lock(${LOCK});
         end if;
         return new;
       end $$;
       create trigger crash_here after insert on auction_event for each row execute function crash_here();
       create trigger crash_here after update on auction for each row
         when (old.state = 'settling' and new.state = 'settling') execute function crash_here();`,
    );
    const holder = new pg.Client({ connectionString: system.database });
    await holder.connect();
    return new Crashes(system, processes, holder);
  }

  async end(): Promise<void> {
    await this.holder.end();
  }

  /** Lets a fresh process work, until it is killed. */
  async work(): Promise<void> {
    this.worker ??= await this.processes.worker();
  }

  /** Kills the process while it writes this; what it wrote is gone. @param happens makes it come to that */
  async before(site: string, happens: () => Promise<unknown> = async () => undefined): Promise<void> {
    await this.holder.query('select pg_advisory_lock($1)', [LOCK]);
    await this.system.source.query('insert into crash_site values ($1)', [site]);
    try {
      await this.work();
      await happens();
      const waiting = await this.seen(site, () => this.waiting());
      await this.kill();
      // The server would notice by itself that nobody is there any more, once it got the lock.
      for (const pid of waiting) await this.holder.query('select pg_terminate_backend($1)', [pid]);
    } finally {
      await this.system.source.query('delete from crash_site');
      await this.holder.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  }

  /** Kills the process as soon as an event of this kind is committed. */
  async after(auctionId: string, kind: string, happens: () => Promise<unknown> = async () => undefined): Promise<void> {
    const known = await this.times(auctionId, kind);
    await this.work();
    await happens();
    await this.seen(kind, async () => ((await this.times(auctionId, kind)) > known ? [1] : []));
    await this.kill();
  }

  private async kill(): Promise<void> {
    if (this.worker) await killed(this.worker.child);
    this.worker = undefined;
    this.count += 1;
    // What ten seconds do by themselves: nobody renews the leases of the one that died.
    await this.system.source.query(
      'update outbox_delivery set leased_until = clock_timestamp() where leased_until is not null and handled_at is null',
    );
  }

  private async times(auctionId: string, kind: string): Promise<number> {
    return (await eventsOf(this.system, auctionId)).filter((event) => event.kind === kind).length;
  }

  private async waiting(): Promise<number[]> {
    const rows: { pid: number }[] = await this.system.source.query(
      `select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted
         and database = (select oid from pg_database where datname = current_database())`,
      [LOCK],
    );
    return rows.map(({ pid }) => pid);
  }

  private async seen(what: string, look: () => Promise<number[]>): Promise<number[]> {
    for (const until = performance.now() + LIMIT_MILLIS; ;) {
      const found = await look();
      if (found.length > 0) return found;
      if (performance.now() > until) throw new Error(`it never came to "${what}"`);
      await sleep(5);
    }
  }
}
