import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { OrganisationKind, Role } from '../kernel/actor.js';
import { randomToken, sha256 } from '../platform/keys/keys.js';

/** A session ends this long after it began. */
export const SESSION_HOURS = 12;

/** Who a session's token stands for. */
export interface SessionHolder {
  readonly personId: string;
  readonly personName: string;
  readonly organisationId: string;
  readonly organisationKind: OrganisationKind;
  readonly roles: readonly Role[];
}

@Injectable()
export class SessionsService {
  constructor(private readonly source: DataSource) {}

  /** Begins a session. @returns the token, which is kept nowhere else */
  async begin(personId: string, organisationId: string): Promise<string> {
    const token = randomToken();
    await this.source.query(
      `insert into session (token_hash, person_id, organisation_id, expires_at)
       values ($1, $2, $3, clock_timestamp() + make_interval(hours => $4))`,
      [sha256(token), personId, organisationId, SESSION_HOURS],
    );
    return token;
  }

  /** Who the token stands for, or null when the session has ended or never was. */
  async holderOf(token: string): Promise<SessionHolder | null> {
    const rows: SessionHolder[] = await this.source.query(
      `select s.person_id as "personId", p.name as "personName", s.organisation_id as "organisationId",
              o.kind as "organisationKind",
              array(select role from membership m
                    where m.person_id = s.person_id and m.organisation_id = s.organisation_id) as roles
       from session s join person p on p.id = s.person_id join organisation o on o.id = s.organisation_id
       where s.token_hash = $1 and s.expires_at > clock_timestamp()`,
      [sha256(token)],
    );
    return rows[0] ?? null;
  }

  async end(token: string): Promise<void> {
    await this.source.query('delete from session where token_hash = $1', [sha256(token)]);
  }
}
