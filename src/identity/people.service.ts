/** Accounts and what they may do in an organisation: the parts of other deeds, and taking a role away. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor, Role } from '../kernel/actor.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { OrganisationsQueries } from './organisations.queries.js';
import type { Person } from './people.queries.js';
import { LETTING_IN, whyNotWithdraw } from './rules/roles.js';
import { SessionsService } from './sessions.service.js';

/** Someone about to get an account. */
export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly passwordTemporary?: boolean;
}

/** Somebody who can prove who it is. */
export interface Account extends Person {
  readonly passwordHash: string;
  readonly passwordTemporary: boolean;
}

@Injectable()
export class PeopleService {
  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly organisations: OrganisationsQueries,
    private readonly sessions: SessionsService,
  ) {}

  /** The account of an address, or null; read before a deed, for comparing passwords must hold no connection. */
  async account(email: string): Promise<Account | null> {
    const rows: Account[] = await this.source.query(
      `select id, email, name, password_hash as "passwordHash", password_temporary as "passwordTemporary"
       from person where email = $1`,
      [email],
    );
    return rows[0] ?? null;
  }

  /** Makes an account within a deed. @throws Refusal 'person.email-taken' */
  async create(deed: Deed, person: NewPerson): Promise<Person> {
    const id = randomUUID();
    const added: unknown[] = await deed.tx.query(
      `insert into person (id, email, name, password_hash, password_temporary) values ($1, $2, $3, $4, $5)
       on conflict (email) do nothing returning id`,
      [id, person.email, person.name, person.passwordHash, person.passwordTemporary ?? false],
    );
    if (added.length === 0) {
      throw refuse(
        'person.email-taken',
        `${person.email} has an account already. If it is yours, sign in with it; if not, give another address.`,
      );
    }
    return { id, email: person.email, name: person.name };
  }

  /** Gives roles within a deed. @returns those that were not held before */
  async join(deed: Deed, personId: string, organisationId: string, roles: readonly Role[]): Promise<Role[]> {
    const rows: { role: Role }[] = await deed.tx.query(
      `insert into membership (person_id, organisation_id, role) select $1, $2, unnest($3::text[])
       on conflict do nothing returning role`,
      [personId, organisationId, roles],
    );
    return rows.map(({ role }) => role);
  }

  /** Somebody with an account. @throws Refusal 'person.not-found' */
  async known(deed: Deed, personId: string): Promise<Person> {
    const rows: Person[] = await deed.tx.query('select id, email, name from person where id = $1', [personId]);
    if (!rows[0]) throw notFound('person');
    return rows[0];
  }

  /** Is the password still the one that was compared? It stays so until the deed is done. */
  async hasStill(deed: Deed, { id, passwordHash }: Account): Promise<boolean> {
    const rows: unknown[] = await deed.tx.query('select 1 from person where id = $1 and password_hash = $2 for share', [
      id,
      passwordHash,
    ]);
    return rows.length > 0;
  }

  /**
   * Takes a role from a person of the actor's own organisation. Its sessions there end; with a role that lets people in,
   * so do the invitations that it made for the organisation, whose tokens it may hold.
   * @throws Refusal 'person.not-found' (also when it has not the role), 'people.last'
   */
  async withdraw(actor: Actor, personId: string, role: string): Promise<void> {
    const organisationId = actor.organisationId ?? '';
    await this.deeds.run(actor, 'people.withdraw-role', { personId, role }, async (deed) => {
      // Two who take the role from each other come one after the other, and the second finds itself to be the last.
      await this.organisations.hold(deed.tx, organisationId);
      const others: unknown[] = await deed.tx.query(
        `select 1 from membership where organisation_id = $1 and role = any($2::text[])
           and (person_id, role) <> ($3, $4) limit 1`,
        [organisationId, LETTING_IN, personId, role],
      );
      const taken: { role: Role }[] = await deed.tx.query(
        `with taken as (
           delete from membership where organisation_id = $1 and person_id = $2 and role = $3 returning role
         ) select role from taken`,
        [organisationId, personId, role],
      );
      if (!taken[0]) throw notFound('person');
      unless(whyNotWithdraw(taken[0].role, others.length > 0));
      await this.sessions.endIn(deed.tx, personId, organisationId);
      if (LETTING_IN.includes(taken[0].role)) {
        await deed.tx.query('delete from invitation where invited_for = $1 and invited_by = $2', [
          organisationId,
          personId,
        ]);
      }
      await deed.record({ type: 'organisation', id: organisationId }, { personId, role });
    });
  }
}
