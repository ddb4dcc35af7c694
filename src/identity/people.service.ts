import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor, Role } from '../kernel/actor.js';
import { invalid, notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys } from '../platform/keys/keys.js';
import type { AddPerson, ColleagueView } from './identity.dto.js';
import { OrganisationsQueries } from './organisations.queries.js';
import { hashPassword } from './password.js';
import type { Person } from './people.queries.js';
import { whyNotRoles } from './rules/roles.js';

/** Someone about to get an account. */
export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly Role[];
}

@Injectable()
export class PeopleService {
  constructor(
    private readonly deeds: Deeds,
    private readonly organisations: OrganisationsQueries,
    private readonly keys: Keys,
  ) {}

  /**
   * Adds a person to the actor's own organisation.
   * @throws Refusal 'roles.not-of-kind', 'person.email-taken' (name or password given for an account that exists),
   *   'person.incomplete' (neither an account nor name and password), 'person.already-there'
   */
  async add(actor: Actor, input: AddPerson): Promise<ColleagueView> {
    const organisationId = actor.organisationId ?? '';
    const passwordHash = input.password === undefined ? null : await hashPassword(input.password);
    return this.deeds.run(actor, 'people.add', withoutPassword(this.keys, input), async (deed) => {
      const organisation = await this.organisations.one(deed.tx, organisationId);
      if (!organisation) throw notFound('organisation');
      unless(whyNotRoles(organisation.kind, input.roles));
      // The organisation's audit chain grows by one: whoever else adds somebody now has to wait.
      await deed.tx.query('select 1 from organisation where id = $1 for no key update', [organisationId]);
      const person = await this.newOrKnown(deed, organisationId, input, passwordHash);
      const roles = await this.join(deed, person.id, organisationId, input.roles);
      if (roles.length === 0) {
        throw refuse('person.already-there', `${input.email} has these roles in your organisation already.`);
      }
      await deed.record({ type: 'organisation', id: organisationId }, { personId: person.id, roles });
      return { id: person.id, email: person.email, name: person.name, roles };
    });
  }

  /** Makes an account and its membership within a deed. @throws Refusal 'person.email-taken' */
  async create(deed: Deed, organisationId: string, person: NewPerson): Promise<Person> {
    const id = randomUUID();
    const added: unknown[] = await deed.tx.query(
      `insert into person (id, email, name, password_hash) values ($1, $2, $3, $4)
       on conflict (email) do nothing returning id`,
      [id, person.email, person.name, person.passwordHash],
    );
    if (added.length === 0) throw emailTaken(person.email);
    await this.join(deed, id, organisationId, person.roles);
    return { id, email: person.email, name: person.name };
  }

  /** Lets somebody with an account into an organisation within a deed. */
  async enter(
    deed: Deed,
    organisationId: string,
    { id, email, name }: Person,
    roles: readonly Role[],
  ): Promise<Person> {
    await this.join(deed, id, organisationId, roles);
    return { id, email, name };
  }

  private async newOrKnown(
    deed: Deed,
    organisationId: string,
    { email, name, password }: AddPerson,
    passwordHash: string | null,
  ): Promise<Person> {
    const rows: Person[] = await deed.tx.query('select id, email, name from person where email = $1', [email]);
    const [known] = rows;
    if (known) {
      if (name !== undefined || password !== undefined) throw emailTaken(email);
      return known;
    }
    if (name === undefined || passwordHash === null) {
      const faults = [
        ...(name === undefined ? [{ path: 'name', reason: 'must be given for someone without an account' }] : []),
        ...(passwordHash === null
          ? [{ path: 'password', reason: 'must be given for someone without an account' }]
          : []),
      ];
      throw invalid('person.incomplete', `${email} has no account yet: give a name and a first password.`, faults);
    }
    return this.create(deed, organisationId, { email, name, passwordHash, roles: [] });
  }

  /** @returns the roles that were not held before */
  private async join(deed: Deed, personId: string, organisationId: string, roles: readonly Role[]): Promise<Role[]> {
    const rows: { role: Role }[] = await deed.tx.query(
      `insert into membership (person_id, organisation_id, role) select $1, $2, unnest($3::text[])
       on conflict do nothing returning role`,
      [personId, organisationId, roles],
    );
    return rows.map(({ role }) => role);
  }
}

/**
 * A command as its idempotency key remembers it: the password only as a fingerprint, for a plain hash beside the known
 * rest of the command would let whoever reads the table find the password by trying.
 */
export function withoutPassword(
  keys: Keys,
  input: { readonly email: string; readonly password?: string | undefined },
): object {
  const { password, ...rest } = input;
  return { ...rest, ...(password === undefined ? {} : { password: keys.fingerprint(`${input.email}\n${password}`) }) };
}

function emailTaken(email: string): ReturnType<typeof refuse> {
  return refuse(
    'person.email-taken',
    `${email} has an account already. Sign in with it, or let a colleague add it without name and password.`,
  );
}
