/**
 * Letters to members about money, one statement for any number of them. Only what the member knows anyway is in them:
 * numbers, amounts, days.
 */
import type { EntityManager } from 'typeorm';
import { formatMoney, type Minor } from '../kernel/money.js';

export interface MemberLetter {
  readonly memberId: string;
  readonly subject: string;
  readonly text: string;
  /** such as "invoice <id>" */
  readonly about: string;
}

/** Writes letters to whoever lets others in at each member; who cannot be written to is passed over. */
export async function writeLetters(tx: EntityManager, letters: readonly MemberLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await tx.query(
    `insert into mail_message (recipient, subject, body, about)
     select m.email, l.subject, l.body, l.about
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as l (member_id, subject, body, about, at)
       join organisation_mailbox m on m.organisation_id = l.member_id order by l.at`,
    [
      letters.map((letter) => letter.memberId),
      letters.map((letter) => letter.subject),
      letters.map((letter) => letter.text),
      letters.map((letter) => letter.about),
    ],
  );
}

interface Asked {
  readonly id: string;
  readonly memberId: string;
  readonly number: string;
  readonly currency: string;
  readonly openMinor: Minor;
  /** of an invoice: what a deposit has paid of it already */
  readonly depositMinor?: Minor;
  /** it was to be charged, and is not */
  readonly notCharged?: boolean;
}

/** Asks for a transfer. */
export function askFor(kind: 'invoice' | 'deposit', asked: Asked, dueOn: string | null): MemberLetter {
  const { id, memberId, number } = asked;
  const until = dueOn === null ? '' : ` until ${dueOn}`;
  return {
    memberId,
    subject: subjectOf(kind, number),
    text:
      (asked.notCharged === true ? 'It could not be charged by your payment method. ' : '') +
      `Please transfer ${amount(asked)}${until} with ${number} as the reference, so that it is found.` +
      byDeposit(asked) +
      whatFor(kind),
    about: `${kind} ${id}`,
  };
}

/** By what a member is charged. */
export interface ChargedBy {
  readonly kind: 'card' | 'sepa_debit';
  /** the brand of a card */
  readonly brand: string | null;
  readonly lastFour: string | null;
}

/** Tells beforehand what is taken by the member's payment method. @param on the day, "2026-03-01" */
export function tellOfCharge(
  what: 'invoice' | 'deposit',
  asked: Asked,
  on: string,
  { kind, brand, lastFour }: ChargedBy,
): MemberLetter {
  const { id, memberId, number } = asked;
  const ending = lastFour === null ? '' : ` ending in ${lastFour}`;
  const way =
    kind === 'card'
      ? `by your ${brand === null ? '' : `${brand} `}card${ending}`
      : `by SEPA direct debit from your account${ending}, and booked there some days later`;
  return {
    memberId,
    subject: subjectOf(what, number),
    text: `On ${on}, ${amount(asked)} of ${what} ${number} are taken ${way}. You need not transfer anything.${byDeposit(asked)}${whatFor(what)}`,
    about: `${what} ${id}`,
  };
}

/** Tells of an invoice of which nothing is to be paid: a deposit has paid it, or all of it is granted. */
export function tellOfPaid({ id, memberId, number, currency, depositMinor = 0n }: Asked): MemberLetter {
  const why =
    depositMinor > 0n
      ? `${formatMoney(depositMinor, currency)} ${currency} of your deposit have paid it.`
      : 'What it charges is granted, or deducted for promises that were not kept.';
  return {
    memberId,
    subject: subjectOf('invoice', number),
    text: `Of invoice ${number}, nothing is left to be paid. ${why} You need not transfer anything.`,
    about: `invoice ${id}`,
  };
}

/** A deposit that goes back, or is not asked for any more. */
export interface EndedDeposit {
  readonly id: string;
  readonly memberId: string;
  readonly number: string;
  readonly currency: string;
  readonly why: string;
}

/** Tells that a deposit, or what is left of it, goes back. */
export function tellOfReturn(deposit: EndedDeposit & { minor: Minor; way: 'stripe' | 'bank' }): MemberLetter {
  const { id, memberId, number, currency, minor, way, why } = deposit;
  const how = way === 'stripe' ? 'to the card or account that they were taken from' : 'by transfer';
  return {
    memberId,
    subject: subjectOf('deposit', number),
    text: `${formatMoney(minor, currency)} ${currency} of your deposit ${number} go back ${how}. The reason: ${why}`,
    about: `deposit ${id}`,
  };
}

/** Tells whoever was told that a deposit goes back through Stripe that it could not, and comes another way. */
export function tellOfBankReturn(deposit: EndedDeposit & { minor: Minor }): MemberLetter {
  const { id, memberId, number, currency, minor, why } = deposit;
  return {
    memberId,
    subject: subjectOf('deposit', number),
    text:
      `${formatMoney(minor, currency)} ${currency} of your deposit ${number} could not go back to the card or account that ` +
      `they were taken from. They are yours: an officer transfers them to you by bank. The reason why they go back: ${why}`,
    about: `deposit ${id}`,
  };
}

/** Tells whoever has a deposit that nobody needs any more, and whose debit was under way, that this took nothing. */
export function tellNotTaken({ id, memberId, number, why }: EndedDeposit): MemberLetter {
  return {
    memberId,
    subject: subjectOf('deposit', number),
    text:
      `Deposit ${number} could not be charged by your payment method: nothing was taken. ` +
      `It is not asked for any more, so please do not transfer it. The reason: ${why}`,
    about: `deposit ${id}`,
  };
}

/** Tells whoever was asked for a deposit, and has not paid it, that nobody needs it any more. */
export function tellNotAsked({ id, memberId, number, why }: EndedDeposit): MemberLetter {
  return {
    memberId,
    subject: subjectOf('deposit', number),
    text: `Deposit ${number} is not asked for any more: it is not taken, and please do not transfer it. The reason: ${why}`,
    about: `deposit ${id}`,
  };
}

const REMINDING = [
  'A friendly reminder',
  'Second reminder',
  'Last reminder before an officer is asked whether your lines are to be suspended',
];

/** The rising reminders. @param nth from 0 */
export function remindOf(asked: Asked & { readonly dueOn: string }, nth: number): MemberLetter {
  const { id, memberId, number, dueOn } = asked;
  const tone = REMINDING[Math.min(nth, REMINDING.length - 1)] ?? '';
  return {
    memberId,
    subject: `${nth === 0 ? 'Reminder' : nth === 1 ? 'Second reminder' : 'Last reminder'}: invoice ${number}`,
    text: `${tone}: of invoice ${number}, due on ${dueOn}, ${amount(asked)} are not paid. Please transfer them with ${number} as the reference.`,
    about: `invoice ${id}`,
  };
}

function whatFor(what: 'invoice' | 'deposit'): string {
  return what === 'deposit'
    ? ' It is credited to your first invoice, or comes back if your offer does not settle.'
    : '';
}

/** So many numbers of lines are named in a letter. */
const MOST_NAMED = 50;

/** Tells whose lines have been suspended, since they are not paid. @param numbers of the lines */
export function tellOfSuspension(asked: Asked, numbers: readonly string[], why: string): MemberLetter {
  const { id, memberId, number } = asked;
  const more = numbers.length - MOST_NAMED;
  const named = numbers.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return {
    memberId,
    subject: `Your lines are suspended: invoice ${number}`,
    text:
      `Of invoice ${number}, ${amount(asked)} are not paid, and an officer has suspended your lines from today on: ${named}. ` +
      `The reason: ${why}\n\nNothing is charged for days on which they do not work. ` +
      `Please transfer what is open with ${number} as the reference; then an officer can have them work again.`,
    about: `invoice ${id}`,
  };
}

function subjectOf(what: 'invoice' | 'deposit', number: string): string {
  return `${what === 'invoice' ? 'Invoice' : 'Deposit'} ${number}`;
}

function byDeposit({ depositMinor = 0n, currency }: Asked): string {
  return depositMinor > 0n ? ` Your deposit has paid ${formatMoney(depositMinor, currency)} ${currency} of it.` : '';
}

function amount({ openMinor, currency }: Asked): string {
  return `${formatMoney(openMinor, currency)} ${currency}`;
}
