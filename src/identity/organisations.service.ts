import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor, OrganisationKind, Role } from '../kernel/actor.js';
import { refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys } from '../platform/keys/keys.js';
import type { AdmitOrganisation, JoinedView, RegisterMember } from './identity.dto.js';
import { hashPassword } from './password.js';
import { PeopleService, withoutPassword } from './people.service.js';
import { whyNotRoles } from './rules/roles.js';

/** A member organisation that an association hands over in its list. */
export interface EnrolledMember {
  readonly id: string;
  readonly name: string;
  /** unique among members */
  readonly registrationNumber: string | null;
}

/** An organisation about to be made with its first person. */
interface Founding {
  readonly kind: OrganisationKind;
  readonly name: string;
  readonly registrationNumber: string | null;
  readonly person: { readonly email: string; readonly name: string; readonly passwordHash: string };
  readonly roles: readonly Role[];
}

/** Rows written by one statement. */
const ENROL_BATCH = 10_000;

@Injectable()
export class OrganisationsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly people: PeopleService,
    private readonly keys: Keys,
  ) {}

  /**
   * A business makes itself a member; its first person owns the account.
   * @param actor may be nobody in particular
   * @throws Refusal 'organisation.registration-number-taken', 'person.email-taken'
   */
  async register(actor: Actor, { person, ...organisation }: RegisterMember): Promise<JoinedView> {
    const passwordHash = await hashPassword(person.password);
    const input = { ...organisation, person: withoutPassword(this.keys, person) };
    return this.deeds.run(actor, 'organisations.register', input, (deed) =>
      this.found(deed, {
        kind: 'member',
        name: organisation.name,
        registrationNumber: organisation.registrationNumber ?? null,
        person: { email: person.email, name: person.name, passwordHash },
        roles: ['owner'],
      }),
    );
  }

  /**
   * The agency lets an association, a provider or another agency in.
   * @throws Refusal 'roles.not-of-kind', 'organisation.registration-number-taken', 'person.email-taken'
   */
  async admit(actor: Actor, { person, ...organisation }: AdmitOrganisation): Promise<JoinedView> {
    unless(whyNotRoles(organisation.kind, person.roles, 'person.roles'));
    const passwordHash = await hashPassword(person.password);
    const input = { ...organisation, person: withoutPassword(this.keys, person) };
    return this.deeds.run(actor, 'organisations.admit', input, (deed) =>
      this.found(deed, {
        kind: organisation.kind,
        name: organisation.name,
        registrationNumber: organisation.registrationNumber ?? null,
        person: { email: person.email, name: person.name, passwordHash },
        roles: person.roles,
      }),
    );
  }

  /** Makes an organisation and its first person within a deed. */
  async found(deed: Deed, { kind, name, registrationNumber, person, roles }: Founding): Promise<JoinedView> {
    const id = randomUUID();
    const added: unknown[] = await deed.tx.query(
      `insert into organisation (id, kind, name, registration_number) values ($1, $2, $3, $4)
       on conflict (kind, registration_number) do nothing returning id`,
      [id, kind, name, registrationNumber],
    );
    if (added.length === 0) throw numberTaken(kind, [registrationNumber ?? '']);
    const created = await this.people.create(deed, id, { ...person, roles });
    await deed.record({ type: 'organisation', id }, { kind, name, personId: created.id, roles });
    return { organisation: { id, kind, name }, person: created };
  }

  /**
   * Makes member organisations without people, in statements of many rows: a part of another room's deed, which
   * records it.
   * @throws Refusal 'organisation.registration-number-taken' when a number is another member's, or is there twice
   */
  async enrolMembers(deed: Deed, rows: readonly EnrolledMember[]): Promise<void> {
    for (let from = 0; from < rows.length; from += ENROL_BATCH) {
      const batch = rows.slice(from, from + ENROL_BATCH);
      const added: { id: string }[] = await deed.tx.query(
        `insert into organisation (id, kind, name, registration_number)
         select id, 'member', name, number from unnest($1::uuid[], $2::text[], $3::text[]) as row (id, name, number)
         on conflict (kind, registration_number) do nothing returning id`,
        [batch.map((row) => row.id), batch.map((row) => row.name), batch.map((row) => row.registrationNumber)],
      );
      if (added.length < batch.length) {
        const ids = new Set(added.map((row) => row.id));
        const refused = batch.filter((row) => !ids.has(row.id)).map((row) => row.registrationNumber ?? '');
        throw numberTaken('member', refused);
      }
    }
  }
}

function numberTaken(kind: OrganisationKind, numbers: readonly string[]): ReturnType<typeof refuse> {
  const shown = numbers.slice(0, 5).join(', ');
  const more = numbers.length > 5 ? ` and ${numbers.length - 5} more` : '';
  return refuse(
    'organisation.registration-number-taken',
    `There is a ${kind} organisation with the registration number ${shown}${more} already. Ask its people to add you.`,
  );
}
