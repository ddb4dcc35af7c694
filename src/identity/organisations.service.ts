import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor, OrganisationKind, Role } from '../kernel/actor.js';
import { refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Keys } from '../platform/keys/keys.js';
import { AttemptsService } from './attempts.service.js';
import type { AdmitOrganisation, AdmittedView, JoinedView, RegisterMember } from './identity.dto.js';
import { InvitationsService } from './invitations.service.js';
import type { Organisation } from './organisations.queries.js';
import { hashPassword } from './password.js';
import { type NewPerson, PeopleService } from './people.service.js';
import { whyNotRoles } from './rules/roles.js';

/** A member organisation that an association hands over in its list. */
export interface EnrolledMember {
  readonly id: string;
  readonly name: string;
  /** unique among members */
  readonly registrationNumber: string | null;
}

/** An organisation about to be made. */
interface NewOrganisation {
  readonly kind: OrganisationKind;
  readonly name: string;
  readonly registrationNumber: string | null;
}

/** One that is made with its first person, who has an account from the beginning. */
interface Founding extends NewOrganisation {
  readonly person: NewPerson;
  readonly roles: readonly Role[];
}

/** Rows written by one statement. */
const ENROL_BATCH = 10_000;

@Injectable()
export class OrganisationsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly people: PeopleService,
    private readonly invitations: InvitationsService,
    private readonly attempts: AttemptsService,
    private readonly keys: Keys,
  ) {}

  /**
   * A business makes itself a member; its first person owns the account.
   * @param actor may be nobody in particular
   * @throws Refusal 'organisation.registration-number-taken', 'person.email-taken',
   *   'organisation.too-many-registrations', 'system.busy'
   */
  async register(actor: Actor, { person, ...organisation }: RegisterMember): Promise<JoinedView> {
    const { email, name, password } = person;
    await this.attempts.registering(actor.address ?? '');
    const passwordHash = await hashPassword(password);
    // A plain hash beside the known rest would let whoever reads the keys' table find the password by trying.
    const secret = this.keys.fingerprint(`${email}\n${password}`);
    const input = { ...organisation, person: { email, name, password: secret } };
    return this.deeds.run(actor, 'organisations.register', input, (deed) =>
      this.found(deed, {
        kind: 'member',
        name: organisation.name,
        registrationNumber: organisation.registrationNumber ?? null,
        person: { email, name, passwordHash },
        roles: ['owner'],
      }),
    );
  }

  /**
   * The agency lets an association, a provider or another agency in, and invites its first person.
   * @throws Refusal 'roles.not-of-kind', 'organisation.registration-number-taken'
   */
  async admit(actor: Actor, input: AdmitOrganisation): Promise<AdmittedView> {
    const { kind, name, registrationNumber, person } = input;
    unless(whyNotRoles(kind, person.roles, 'person.roles'));
    const { organisation, invited } = await this.deeds.run(actor, 'organisations.admit', input, async (deed) => {
      const made = await this.make(deed, { kind, name, registrationNumber: registrationNumber ?? null });
      return { organisation: made, invited: await this.invitations.inviteFirst(deed, made.id, person) };
    });
    return { organisation, invitation: this.invitations.withToken(invited) };
  }

  /** Makes an organisation and its first person within a deed. */
  async found(deed: Deed, { person, roles, ...organisation }: Founding): Promise<JoinedView> {
    const created = await this.people.create(deed, person);
    const made = await this.make(deed, organisation, { personId: created.id, roles });
    await this.people.join(deed, created.id, made.id, roles);
    return { organisation: made, person: created };
  }

  private async make(
    deed: Deed,
    { kind, name, registrationNumber }: NewOrganisation,
    facts: Readonly<Record<string, unknown>> = {},
  ): Promise<Organisation> {
    const id = randomUUID();
    const added: unknown[] = await deed.tx.query(
      `insert into organisation (id, kind, name, registration_number) values ($1, $2, $3, $4)
       on conflict (kind, registration_number) do nothing returning id`,
      [id, kind, name, registrationNumber],
    );
    if (added.length === 0) throw numberTaken(kind, [registrationNumber ?? '']);
    await deed.record({ type: 'organisation', id }, { kind, name, ...facts });
    return { id, kind, name };
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
        `insert into organisation (id, kind, name, registration_number, created_at)
         select id, 'member', name, number, $4
         from unnest($1::uuid[], $2::text[], $3::text[]) as row (id, name, number)
         on conflict (kind, registration_number) do nothing returning id`,
        [
          batch.map((row) => row.id),
          batch.map((row) => row.name),
          batch.map((row) => row.registrationNumber),
          deed.now,
        ],
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
    `There is a ${kind} organisation with the registration number ${shown}${more} already. Ask its people to invite you.`,
  );
}
