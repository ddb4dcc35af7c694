/** What a bank says about a booking: which of our numbers it names, and what of it may be kept. */

/** Our numbers, as people write them: case, spaces and dashes get lost between two banks. Years are of this century. */
const OURS = /\b(?:INV[\s-]?20\d\d[\s-]?\d{6,9}|DEP[\s-]?\d{8,10})(?!\d)/gi;

/** Characters that only look different, such as digits of full width, become plain ones, and what is invisible goes. */
function plain(text: string): string {
  return text.normalize('NFKC').replaceAll(/\p{Cf}/gu, '');
}

/** The numbers of invoices and deposits that a text names, each once, in the order in which it names them. */
export function numbersIn(text: string): string[] {
  const found = (plain(text).match(OURS) ?? []).map((written) => {
    const digits = written.replaceAll(/\D/g, '');
    return /^inv/i.test(written) ? `INV-${digits.slice(0, 4)}-${digits.slice(4)}` : `DEP-${digits}`;
  });
  return [...new Set(found)];
}

/** What stands between the groups of a number: spaces, one sign of any kind with or without them, a comma. */
const BETWEEN = String.raw`(?:\s{0,3}[-._/|·•:\u2010-\u2015\u2212]\s{0,3}|\s{1,3}|,)?`;
/** Letters and digits in groups, as international account numbers are written. */
const IBAN = new RegExp(String.raw`\b[A-Z]{2}\d{2}(?:${BETWEEN}[A-Z0-9]){11,30}\b`, 'gi');
/** Seven digits or more, in groups or not: account numbers and cards. The shortest have seven, as a day does not. */
const DIGITS = new RegExp(String.raw`\p{Nd}(?:${BETWEEN}\p{Nd}){6,}`, 'gu');
const DAYS = [
  /^(?:19|20)\d\d([\s.-]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])$/,
  /^\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d$/,
];
const SHOWN = 4;

/**
 * The text without full account numbers: of each, its last four characters stay. Our own numbers stay whole.
 */
export function masked(text: string): string {
  const kept: string[] = [];
  // Set aside by a character that no text of a bank holds, and put back at the end.
  const aside = plain(text)
    .replaceAll('\0', ' ')
    .replaceAll(OURS, (written) => {
      kept.push(written);
      return '\0';
    });
  const hidden = aside
    .replaceAll(IBAN, hide)
    .replaceAll(DIGITS, (digits) => (DAYS.some((day) => day.test(digits)) ? digits : hide(digits)));
  return hidden.replaceAll('\0', () => kept.shift() ?? '');
}

function hide(number: string): string {
  return `****${number.replaceAll(/[^\p{L}\p{N}]/gu, '').slice(-SHOWN)}`;
}

/** An id as programs make them. Of random ones three in a thousand would pass for a card or an account, and none is so long. */
const UUID = /(?<![0-9A-Z])[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}(?![0-9A-Z])/g;

/**
 * Is there in it what looks like an international account number, check digits and all, or like a card? Whatever
 * stands beside it, and however it is grouped. Account numbers of one country have nothing to know them by.
 */
export function holdsAccountNumber(text: string): boolean {
  const groups = plain(text)
    .toUpperCase()
    .replaceAll(UUID, ' ')
    .split(/[^A-Z0-9]+/);
  return groups.some((_group, from) => {
    let joined = '';
    return groups.slice(from).some((group) => {
      joined += group;
      return isIban(joined) || isCard(joined);
    });
  });
}

function isIban(text: string): boolean {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text) && remainder97(text) === 1n;
}

function remainder97(iban: string): bigint {
  const turned = iban.slice(4) + iban.slice(0, 4);
  return BigInt(turned.replaceAll(/[A-Z]/g, (letter) => String(Number.parseInt(letter, 36)))) % 97n;
}

/** By how cards begin, and by Luhn's sum. */
function isCard(text: string): boolean {
  if (!/^(?:3\d{13,15}|[2-6]\d{15,18})$/.test(text)) return false;
  const digits = Array.from(text, Number).toReversed();
  const sum = digits.reduce((total, digit, at) => {
    const twice = at % 2 === 1 ? digit * 2 : digit;
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}
