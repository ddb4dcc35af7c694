import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { DataSource, type EntityManager } from 'typeorm';
import type { OrganisationKind, Role } from '../kernel/actor.js';
import { randomToken, sha256 } from '../platform/keys/keys.js';
import { notSignedIn } from './rules/passwords.js';
import { SESSION_COOKIE } from './session-cookie.js';

/** A session ends this long after it began. */
export const SESSION_HOURS = 12;

/** Who a session's token stands for. */
export interface SessionHolder {
  readonly personId: string;
  readonly personName: string;
  readonly organisationId: string;
  readonly organisationKind: OrganisationKind;
  readonly roles: readonly Role[];
  /** it may do nothing but choose its own password */
  readonly passwordTemporary: boolean;
}

/** So many tokens are looked up in one statement at the most. */
const TOKENS_AT_ONCE = 100;

@Injectable()
export class SessionsService {
  /** Requests that are read in one turn of the event loop are looked up together. Nothing is remembered: sessions end. */
  private readonly holders = new DataLoader<string, SessionHolder | null>(
    async (tokens) => {
      const found = await this.holdersOf(tokens);
      return tokens.map((token) => found.get(token) ?? null);
    },
    { cache: false, maxBatchSize: TOKENS_AT_ONCE, batchScheduleFn: (look) => setImmediate(look) },
  );

  constructor(private readonly source: DataSource) {}

  /**
   * Begins a session.
   * @param proven the hash that the password was compared with: when it is changed at the same moment, which ends all
   *   sessions, either that change sees this one, or this one sees the change
   * @returns the token, which is kept nowhere else
   * @throws Refusal 'session.wrong' when the password has been changed meanwhile
   */
  async begin(personId: string, organisationId: string, proven: string | null = null): Promise<string> {
    const token = randomToken();
    const begun: unknown[] = await this.source.query(
      `insert into session (token_hash, person_id, organisation_id, expires_at)
       select $1, id, $3, clock_timestamp() + make_interval(hours => $4)
       from person where id = $2 and ($5::text is null or password_hash = $5) for share
       returning 1`,
      [sha256(token), personId, organisationId, SESSION_HOURS, proven],
    );
    if (begun.length === 0) throw notSignedIn();
    return token;
  }

  /** The session's token that came with a request, whoever it stands for. */
  tokenOf({ cookies }: { readonly cookies: Readonly<Record<string, string | undefined>> }): string | null {
    return cookies[SESSION_COOKIE] ?? null;
  }

  /** Who the token stands for, or null when the session has ended or never was. */
  holderOf(token: string): Promise<SessionHolder | null> {
    return this.holders.load(token);
  }

  /** Who each of the tokens stands for; those whose sessions have ended are left out. */
  async holdersOf(tokens: readonly string[]): Promise<ReadonlyMap<string, SessionHolder>> {
    const byHash = new Map(tokens.map((token) => [sha256(token), token]));
    const rows: (SessionHolder & { hash: string })[] = await this.source.query(
      `select s.token_hash as hash, s.person_id as "personId", p.name as "personName",
              s.organisation_id as "organisationId", o.kind as "organisationKind",
              p.password_temporary as "passwordTemporary",
              array(select role from membership m
                    where m.person_id = s.person_id and m.organisation_id = s.organisation_id) as roles
       from session s join person p on p.id = s.person_id join organisation o on o.id = s.organisation_id
       where s.token_hash = any($1) and s.expires_at > clock_timestamp()`,
      [[...byHash.keys()]],
    );
    return new Map(rows.map(({ hash, ...holder }) => [byHash.get(hash) ?? '', holder]));
  }

  async end(token: string): Promise<void> {
    await this.source.query('delete from session where token_hash = $1', [sha256(token)]);
  }

  /** Ends a person's sessions in an organisation, within a deed. */
  async endIn(tx: EntityManager, personId: string, organisationId: string): Promise<void> {
    await tx.query('delete from session where person_id = $1 and organisation_id = $2', [personId, organisationId]);
  }

  /** Ends a person's sessions but the one of this token, within a deed. */
  async endOthers(tx: EntityManager, personId: string, token: string): Promise<void> {
    await tx.query('delete from session where person_id = $1 and token_hash <> $2', [personId, sha256(token)]);
  }

  /** Ends all sessions of a person, within a deed. */
  async endAll(tx: EntityManager, personId: string): Promise<void> {
    await tx.query('delete from session where person_id = $1', [personId]);
  }
}
