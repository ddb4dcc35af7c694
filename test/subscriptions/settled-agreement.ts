/** An agreement whose lines have settled, with the people who belong to it. */
import { type Day, dayOf, daysLater, dayStart } from '../../src/kernel/calendar.js';
import type { WantedLine } from '../support/approved-award.js';
import type { Someone, System } from '../support/system.js';
import { type SignedAgreement, signedAgreement, type Wanted } from './signed-agreement.js';

export interface SettledAgreement extends SignedAgreement {
  /** in the order of their lines */
  readonly members: readonly Someone[];
  readonly subscriptions: readonly SettledLine[];
  readonly provider: Someone;
  /** of the agency that signed */
  readonly officer: Someone;
  readonly path: string;
}

export interface SettledLine {
  readonly id: string;
  readonly number: string;
}

/** Every line is firm, with a ceiling above all prices, unless it says otherwise. */
export async function settledAgreement(
  system: System,
  lines: readonly Partial<WantedLine>[],
  wanted: Omit<Wanted, 'lines'> = {},
): Promise<SettledAgreement> {
  const members: Someone[] = [];
  while (members.length < lines.length) members.push(await system.someone('owner'));
  const agreement = await signedAgreement(system, {
    ...wanted,
    lines: lines.map((line, at) => ({
      firm: true,
      ceiling: 9_000,
      memberId: members[at]?.organisationId ?? '',
      ...line,
    })),
  });
  const { agreementId } = agreement;
  const rounds: { due_at: Date; agency_id: string }[] = await system.source.query(
    `select r.due_at, a.agency_id from offer_round r join framework_agreement a on a.id = r.id where r.id = $1`,
    [agreementId],
  );
  const [round] = rounds;
  if (!round) throw new Error('no round');
  await system.passTo(round.due_at);
  const subscriptions: SettledLine[] = await system.source.query(
    'select id, number from subscription where agreement_id = $1 order by number',
    [agreementId],
  );
  return {
    ...agreement,
    members,
    subscriptions,
    provider: await system.someone('bidder', agreement.providerId),
    officer: await system.someone('officer', round.agency_id),
    path: `/api/v1/agreements/${agreementId}`,
  };
}

export async function today(system: System): Promise<Day> {
  return dayOf(await system.now());
}

/** Lets so many days pass, to the beginning of a day of business. */
export async function daysPass(system: System, days: number): Promise<Day> {
  const day = daysLater(await today(system), days);
  await system.passTo(dayStart(day));
  return day;
}

/** What billing reads of the days on which a line works. */
export async function periodsOf(system: System, id: string): Promise<{ from: string; until: string | null }[]> {
  return system.source.query(
    `select from_on::text as from, until_on::text as until from service_period where subscription_id = $1 order by 1`,
    [id],
  );
}

export async function creditsOf(system: System, id: string): Promise<{ kind: string; days: number; on: string }[]> {
  return system.source.query(
    `select kind, days, happened_on::text as on from service_credit where subscription_id = $1 order by happened_on, kind`,
    [id],
  );
}
