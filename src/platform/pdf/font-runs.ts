/**
 * Which font has which letters. Roboto, which pdfmake brings along, writes Latin, Greek and Cyrillic; Nanum Gothic
 * writes every Hangul syllable, and nothing else: its space is a glyph that fontkit cannot read. A letter that neither
 * has is written as its code point, for in a contract a gap that shows is better than an empty box.
 */

export interface FontRun {
  readonly text: string;
  /** to be set in the Hangul font */
  readonly hangul: boolean;
}

const LATIN =
  /[ -~\u00A0-\u017F\u0384-\u038A\u038C\u038E-\u03A1\u03A3-\u03CE\u0400-\u0486\u0488-\u0513\u1EA0-\u1EF9\u2010\u2011\u2013-\u2015\u2018-\u201E\u2020-\u2022\u2026\u2030\u2039\u203A\u2044\u20A9\u20AB\u20AC\u2116\u2122]/;
const HANGUL = /[\u3001-\u3003\u3008-\u3011\u3131-\u3163\u3165-\u318E\uAC00-\uD7A3]/;

/** Cuts a text into runs of one font each. Tabs and line ends become spaces; a space that must not be parted stays. */
export function fontRuns(text: string): FontRun[] {
  const runs: { text: string; hangul: boolean }[] = [];
  for (const letter of text.normalize('NFC').replace(/[^\S\u00A0]+/g, ' ')) {
    for (const written of writable(letter)) {
      const hangul = HANGUL.test(written);
      const last = runs.at(-1);
      if (last && last.hangul === hangul) last.text += written;
      else runs.push({ text: written, hangul });
    }
  }
  return runs;
}

/** The letter itself, its plain equivalent ("(주)" for "㈜"), or the name of its code point. */
function writable(letter: string): string {
  const known = (each: string) => LATIN.test(each) || HANGUL.test(each);
  if (known(letter)) return letter;
  const plain = letter.normalize('NFKC');
  if (Array.from(plain).every(known)) return plain;
  const code = letter.codePointAt(0) ?? 0;
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}
