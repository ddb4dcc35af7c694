/** The people of the demonstration, each with an account of its own, made over the API. */
import { User } from './api.js';

/** Good enough for a demonstration on this machine, and printed by --keep. */
export const PASSWORD = 'together-we-buy-better';
export const ADMIN = { email: 'admin@agency.example', password: PASSWORD };

export interface Cast {
  readonly admin: User;
  readonly officer: User;
  readonly approver: User;
  readonly association: User;
  readonly providers: ReadonlyMap<string, User>;
}

export interface Login {
  readonly who: string;
  readonly email: string;
}

/** An address whatever the provider's name is: many cannot be written in one, and two may differ only in what cannot. */
export function emailOf(provider: string, number: number): string {
  const slug = provider
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '');
  return `${slug === '' ? 'provider' : slug}-${number}@provider.example`;
}

interface Invitation {
  readonly email: string;
  readonly token: string;
}

/** Everybody chooses a password; in a demonstration all choose the same. */
async function accept(base: string, { email, token }: Invitation): Promise<void> {
  const body = { token, email, password: PASSWORD };
  await new User(base, email).post('/api/v1/invitations/accept', body, `demo-accept-${email}`);
}

/** An association or a provider with its first person, signed in. */
export async function invited(
  base: string,
  admin: User,
  kind: 'association' | 'provider',
  name: string,
  email: string,
): Promise<User> {
  const roles = [kind === 'association' ? 'manager' : 'bidder'];
  const { invitation } = await admin.post<{ invitation: Invitation }>(
    '/api/v1/organisations',
    { kind, name, person: { email, name: `${name}, desk`, roles } },
    `demo-organisation-${email}`,
  );
  await accept(base, invitation);
  return new User(base, name).signIn(email, PASSWORD);
}

/** Makes the cast, or finds it again after a demonstration that was cut off. */
export async function gather(base: string, providers: readonly string[]): Promise<{ cast: Cast; logins: Login[] }> {
  const logins: Login[] = [{ who: 'agency, admin', email: ADMIN.email }];
  const admin = await new User(base, 'admin').signIn(ADMIN.email, ADMIN.password);
  for (const [role, name] of [
    ['officer', 'Han Seo-yeon'],
    ['approver', 'Ryu Min-ho'],
    ['auditor', 'Noh Ji-woo'],
  ] as const) {
    const email = `${role}@agency.example`;
    const invitation = await admin.post<Invitation>(
      '/api/v1/invitations',
      { email, name, roles: [role] },
      `demo-person-${role}`,
    );
    await accept(base, invitation);
    logins.push({ who: `agency, ${role}`, email });
  }
  const join = async (kind: 'association' | 'provider', name: string, email: string): Promise<User> => {
    logins.push({ who: `${kind}: ${name}`, email });
    return invited(base, admin, kind, name, email);
  };
  const association = await join('association', 'Chamber of Small Businesses', 'desk@chamber.example');
  const bidders = new Map<string, User>();
  for (const [index, provider] of providers.entries())
    bidders.set(provider, await join('provider', provider, emailOf(provider, index + 1)));
  return {
    cast: {
      admin,
      officer: await new User(base, 'officer').signIn('officer@agency.example', PASSWORD),
      approver: await new User(base, 'approver').signIn('approver@agency.example', PASSWORD),
      association,
      providers: bidders,
    },
    logins,
  };
}
