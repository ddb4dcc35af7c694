/** Runs deeds: one deed is one transaction, done once per idempotency key, recorded and announced from within. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { type Actor, systemActor } from '../../kernel/actor.js';
import { canonicalJson, toJson } from '../../kernel/canonical.js';
import { Refusal, refuse } from '../../kernel/refusal.js';
import { JobSource } from '../database/job-source.js';
import { sha256 } from '../keys/keys.js';
import { pause } from '../patience.js';
import type { Fact, FactPayload } from './facts.js';
import { Listeners } from './listeners.js';

/** A row the deed is about: each has its own audit chain. */
export interface Subject {
  readonly type: string;
  readonly id: string;
}

/** What the statement that keeps a deed's answer writes as well: the last entry of the audit trail. */
interface Ending {
  entry: unknown[] | null;
}

/** A deed under way: its transaction, its instant, and what it leaves behind. */
export class Deed {
  constructor(
    readonly name: string,
    readonly actor: Actor,
    readonly tx: EntityManager,
    /** the database's clock at the start of the deed */
    readonly now: Date,
    private readonly listeners: Listeners,
    /** null where a deed keeps no answer: then each entry is written at once */
    private readonly ending: Ending | null = null,
  ) {}

  /** Announces a fact: it reaches every listener if, and only if, this deed commits. */
  async announce<P extends FactPayload>(fact: Fact<P>, payload: P): Promise<void> {
    await this.tx.query('select announce($1, $2, $3)', [fact.name, payload, this.listeners.handlersOf(fact.name)]);
  }

  /** Appends to the audit chain of a subject. `facts` must hold nothing sealed and no secret. */
  async record(subject: Subject, facts: Readonly<Record<string, unknown>> = {}, why?: string): Promise<void> {
    await this.append(this.entry(subject, facts, why));
  }

  /** Both in one statement, for deeds that others wait for. */
  async recordAndAnnounce<P extends FactPayload>(
    subject: Subject,
    facts: Readonly<Record<string, unknown>>,
    fact: Fact<P>,
    payload: P,
  ): Promise<void> {
    await this.append(null);
    await this.tx.query(`${TURN} select ${APPEND}, announce($11, $12, $13) from turn`, [
      ...this.entry(subject, facts),
      fact.name,
      payload,
      this.listeners.handlersOf(fact.name),
    ]);
  }

  /** Writes an entry; in a deed with an ending the one before it, since each waits for the next one, or for the end. */
  private async append(entry: unknown[] | null): Promise<void> {
    let due = entry;
    if (this.ending) [due, this.ending.entry] = [this.ending.entry, entry];
    if (due) await this.tx.query(`${TURN} select ${APPEND} from turn`, due);
  }

  private entry(subject: Subject, facts: Readonly<Record<string, unknown>>, why?: string): unknown[] {
    const { personId, personName, organisationId, address, requestId } = this.actor;
    const by = [personId, personName, organisationId, address, requestId];
    return [subject.type, subject.id, this.name, ...by, toJson(facts), why ?? null];
  }
}

// Not every deed locks its subject's row. Whoever records comes after whoever is recording, or both would be next.
const TURN = `with turn as materialized (select pg_advisory_xact_lock(hashtextextended('audit ' || $1 || ' ' || $2, 0)))`;
const APPEND = 'audit_append($1::text, $2::text, $3, $4, $5, $6, $7, $8, $9, $10)';

const keepAnswer = (first: number): string =>
  `update idempotency set response = $${first} where scope = $${first + 1} and key = $${first + 2}`;
const KEEP = keepAnswer(1);
const APPEND_AND_KEEP = `${TURN}, kept as (${keepAnswer(11)}) select ${APPEND} from turn`;

/** A deadlock or a serialisation failure is nobody's fault: the deed is simply done again. */
const RETRIED = new Set(['40001', '40P01']);
const TRIES = 4;

/** A repetition waits this long for the command that it repeats, holding no connection, and then is refused. */
const PATIENCE_MILLIS = 3_000;
const FIRST_PAUSE_MILLIS = 25;
const LONGEST_PAUSE_MILLIS = 400;

const IN_PROGRESS = 'idempotency.in-progress';

@Injectable()
export class Deeds {
  constructor(
    private readonly source: DataSource,
    private readonly jobs: JobSource,
    private readonly listeners: Listeners,
  ) {}

  /**
   * Does a deed. With the actor's idempotency key, the answer is kept with the key: asked again with the same input
   * it is given again (as JSON), with other input it is refused; of a visitor, it is another command.
   * @param input what the answer depends on, for telling a repetition from a reused key
   * @throws Refusal whatever `work` refuses (nothing of the deed remains), 'idempotency.key-reused', and
   *   'idempotency.in-progress' while the command of this key is being done
   */
  async run<T>(actor: Actor, name: string, input: unknown, work: (deed: Deed) => Promise<T>): Promise<T> {
    return this.patiently(this.source, (tx) => this.once(tx, actor, name, input, work));
  }

  /** Does a deed of a job that opens its own, by nobody: on the connections of jobs, and without a key. */
  async runAsJob<T>(name: string, work: (deed: Deed) => Promise<T>): Promise<T> {
    return this.patiently(this.jobs, (tx) => this.once(tx, systemActor(name), name, null, work));
  }

  private async patiently<T>(source: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const patientUntil = performance.now() + PATIENCE_MILLIS;
    let rest = FIRST_PAUSE_MILLIS;
    for (let attempt = 1; ;) {
      try {
        return await source.transaction(work);
      } catch (error) {
        if (error instanceof Refusal && error.code === IN_PROGRESS && performance.now() < patientUntil) {
          await pause(rest);
          rest = Math.min(2 * rest, LONGEST_PAUSE_MILLIS);
          continue;
        }
        const code = error instanceof QueryFailedError ? (error.driverError as { code?: string }).code : undefined;
        if (code === undefined || !RETRIED.has(code) || attempt === TRIES) throw error;
        attempt += 1;
      }
    }
  }

  private async once<T>(
    tx: EntityManager,
    actor: Actor,
    name: string,
    input: unknown,
    work: (deed: Deed) => Promise<T>,
  ): Promise<T> {
    const key = actor.idempotencyKey;
    if (key === null) return work(new Deed(name, actor, tx, await databaseNow(tx), this.listeners));

    const hash = sha256(`${name}\n${canonicalJson(input ?? null)}`);
    const scope = scopeOf(actor, hash);
    // Whoever does the command of a key holds its lock. Without it the insert would wait for that command to end.
    const claimed: { now: Date }[] = await tx.query(
      `insert into idempotency (scope, key, deed, input_hash)
       select $1::text, $2::text, $3, $4
       where pg_try_advisory_xact_lock(hashtextextended('key ' || $1 || ' ' || $2, 0))
       on conflict do nothing returning app_now() as now`,
      [scope, key, name, hash],
    );
    const [mine] = claimed;
    if (!mine) return this.answerAgain<T>(tx, scope, key, hash);

    const ending: Ending = { entry: null };
    const answer = await work(new Deed(name, actor, tx, mine.now, this.listeners, ending));
    const kept = [toJson(answer ?? null), scope, key];
    await (ending.entry ? tx.query(APPEND_AND_KEEP, [...ending.entry, ...kept]) : tx.query(KEEP, kept));
    return answer;
  }

  private async answerAgain<T>(tx: EntityManager, scope: string, key: string, hash: string): Promise<T> {
    const rows: { input_hash: string; response: T }[] = await tx.query(
      'select input_hash, response from idempotency where scope = $1 and key = $2',
      [scope, key],
    );
    const [row] = rows;
    if (!row) {
      throw refuse(
        IN_PROGRESS,
        'The command with this Idempotency-Key is still being done. Send it again under the same key in a few seconds.',
      );
    }
    if (row.input_hash !== hash) {
      throw refuse(
        'idempotency.key-reused',
        'This Idempotency-Key was used for another command. Send a fresh key with each new command.',
        { kind: 'invalid' },
      );
    }
    return row.response;
  }
}

/**
 * Whose keys are told apart. Nobody knows whether two visitors who use the same key are one, unless they ask for the same
 * with all its secrets: what each asks for has keys of its own.
 */
function scopeOf({ personId, organisationId }: Actor, hash: string): string {
  return personId === null ? `visitor ${hash}` : `${personId}@${organisationId ?? 'nowhere'}`;
}

/** The clock of every decision: the database's, not this process's. */
export async function databaseNow(tx: EntityManager): Promise<Date> {
  const rows: { now: Date }[] = await tx.query('select app_now() as now');
  return rows[0]?.now ?? refuseNoClock();
}

function refuseNoClock(): never {
  throw new Error('the database told no time');
}
