/** What a bank says about a booking: which of our numbers it names, and what of it may be kept. */

/** Our numbers, as people write them: case, spaces and dashes get lost between two banks. */
const OURS = /\b(?:INV[\s-]?\d{4}[\s-]?\d{6,9}|DEP[\s-]?\d{8,10})(?!\d)/gi;

/** The numbers of invoices and deposits that a text names, each once, in the order in which it names them. */
export function numbersIn(text: string): string[] {
  const found = (text.match(OURS) ?? []).map((written) => {
    const digits = written.replaceAll(/\D/g, '');
    return /^inv/i.test(written) ? `INV-${digits.slice(0, 4)}-${digits.slice(4)}` : `DEP-${digits}`;
  });
  return [...new Set(found)];
}

/** Letters and digits in groups, as international account numbers are written. */
const IBAN = /\b[A-Z]{2}\d{2}(?:[\s-]?[A-Z0-9]){11,30}\b/gi;
/** Seven digits or more, in groups or not: account numbers and cards. The shortest have seven, as a day does not. */
const DIGITS = /\d(?:[\s.-]?\d){6,}/g;
const DAY = /^(?:19|20)\d\d([\s.-]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])$/;
const SHOWN = 4;

/** The text without full account numbers: of each, its last four characters stay. Our own numbers stay whole. */
export function masked(text: string): string {
  const kept: string[] = [];
  // Set aside by a character that no text of a bank holds, and put back at the end.
  const aside = text.replaceAll('\0', ' ').replaceAll(OURS, (written) => {
    kept.push(written);
    return '\0';
  });
  const hidden = aside
    .replaceAll(IBAN, hide)
    .replaceAll(DIGITS, (digits) => (DAY.test(digits) ? digits : hide(digits)));
  return hidden.replaceAll('\0', () => kept.shift() ?? '');
}

function hide(number: string): string {
  return `****${number.replaceAll(/[\s.-]/g, '').slice(-SHOWN)}`;
}

/** Does it look like an international account number, check digits and all, or like a card? */
export function isAccountNumber(text: string): boolean {
  const bare = text.replaceAll(/[\s.-]/g, '').toUpperCase();
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(bare) ? remainder97(bare) === 1n : isCard(bare);
}

function remainder97(iban: string): bigint {
  const turned = iban.slice(4) + iban.slice(0, 4);
  return BigInt(turned.replaceAll(/[A-Z]/g, (letter) => String(Number.parseInt(letter, 36)))) % 97n;
}

/** By Luhn's sum, as cards have it. */
function isCard(text: string): boolean {
  if (!/^\d{15,16}$/.test(text)) return false;
  const digits = Array.from(text, Number).toReversed();
  const sum = digits.reduce((total, digit, at) => {
    const twice = at % 2 === 1 ? digit * 2 : digit;
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}
