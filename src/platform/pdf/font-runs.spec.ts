import { fontRuns } from './font-runs.js';

describe('the runs of a text', () => {
  test('are one for Latin, Greek and Cyrillic', () => {
    const text = 'Großvater’s “Ødegård” – Ελλάς, Київ, Đà Nẵng: € 5';
    expect(fontRuns(text)).toEqual([{ text, hangul: false }]);
  });

  test('set Hangul in the Hangul font, and spaces never', () => {
    expect(fontRuns('한빛 통신 Co.')).toEqual([
      { text: '한빛', hangul: true },
      { text: ' ', hangul: false },
      { text: '통신', hangul: true },
      { text: ' Co.', hangul: false },
    ]);
  });

  test('compose letters that arrive in parts', () => {
    expect(fontRuns('한'.normalize('NFD'))).toEqual([{ text: '한', hangul: true }]);
    expect(fontRuns('é'.normalize('NFD'))).toEqual([{ text: 'é', hangul: false }]);
  });

  test('write a letter that no font has by its plain equivalent, else by its code point', () => {
    expect(fontRuns('㈜한빛')).toEqual([
      { text: '(', hangul: false },
      { text: '주', hangul: true },
      { text: ')', hangul: false },
      { text: '한빛', hangul: true },
    ]);
    expect(fontRuns('大😀')).toEqual([{ text: '[U+5927][U+1F600]', hangul: false }]);
  });

  test('turn line ends into spaces and keep a space that must not be parted', () => {
    expect(fontRuns('a\t\nb KRW\u00A05')).toEqual([{ text: 'a b KRW\u00A05', hangul: false }]);
  });
});
