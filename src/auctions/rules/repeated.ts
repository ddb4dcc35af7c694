/** Members that a body names twice. Who reads JSON keeps the last of them: the other would be gone, and a sealed bid shows nobody. */
import type { Fault } from '../../kernel/refusal.js';

/**
 * So many are told, and so much of where each is: what is given twice may be no bid at all, but as many and as deep as a body
 * is long. Nothing of a bid is deeper, or has a longer name.
 */
const LISTED = 100;
const DEEPEST = 10;
const LONGEST = 200;

/** Texts, and what opens, closes and parts objects and lists. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

interface Open {
  /** members of an object; null of a list */
  readonly seen: Set<string> | null;
  /** where it goes on: a member's name, or a place in the list */
  at: string | number;
  /** whether a text that comes next names a member */
  naming: boolean;
}

/**
 * @param json a text that is JSON
 * @returns the first hundred of them
 */
export function repeatedFaults(json: string): Fault[] {
  const faults: Fault[] = [];
  const open: Open[] = [];
  for (const [token] of json.matchAll(TOKENS)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ seen: new Set(), at: '', naming: true });
    else if (token === '[') open.push({ seen: null, at: 0, naming: false });
    else if (token === '}' || token === ']') open.pop();
    else if (inner && token === ',') {
      if (typeof inner.at === 'number') inner.at += 1;
      else inner.naming = true;
    } else if (inner?.seen && inner.naming) {
      const name = String(JSON.parse(token));
      inner.at = name;
      inner.naming = false;
      if (inner.seen.has(name)) {
        const path = open.slice(0, DEEPEST).map(({ at }) => String(at).slice(0, LONGEST));
        faults.push({
          path: path.join('.'),
          reason: 'It is given twice, and only one of the two could be taken; give it once.',
        });
        if (faults.length === LISTED) return faults;
      }
      inner.seen.add(name);
    }
  }
  return faults;
}
