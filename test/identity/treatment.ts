/** How a route with an id may treat what belongs to others, with the request that proves it. */
import type { Role } from '../../src/kernel/actor.js';
import type { Someone } from '../support/system.js';

/** One request about an object: the first id of the path names it. */
export interface About {
  readonly ids: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: object | string;
  readonly version?: number;
}

/** Whoever has the role may, for whatever organisation it acts. A command says by which request this is seen. */
export interface Same {
  readonly kind: 'same';
  readonly why: string;
  readonly about: About | null;
}

/** The stranger is told that there is no such thing, in the words of the answer for what does not exist. */
export interface Unknown extends About {
  readonly kind: 'unknown';
  readonly stranger: Someone;
  readonly owner: Someone;
}

/** The object may be known, and is refused to the stranger by this code. */
export interface Refused extends About {
  readonly kind: 'refused';
  readonly code: string;
  readonly stranger: Someone;
  readonly owner: Someone;
}

/** Each is shown its own part; what is the owner's is nowhere in the stranger's answer. */
export interface Part extends About {
  readonly kind: 'part';
  readonly secret: string;
  readonly stranger: Someone;
  readonly owner: Someone;
}

export type Treatment = Same | Unknown | Refused | Part;

/** By role; `anyone` stands for a route that is open to all. */
export type Treatments = Partial<Record<Role | 'anyone', readonly Treatment[]>>;

export type Sides = Pick<Unknown, 'stranger' | 'owner'>;

export const same = (why: string, about: About | null = null): Same[] => [{ kind: 'same', why, about }];
export const unknown = (sides: Sides, about: About): Unknown[] => [{ kind: 'unknown', ...sides, ...about }];
export const refused = (code: string, sides: Sides, about: About): Refused[] => [
  { kind: 'refused', code, ...sides, ...about },
];
export const part = (secret: string, sides: Sides, about: About): Part[] => [
  { kind: 'part', secret, ...sides, ...about },
];

export const OVERSIGHT = same('the agency sees every member’s, so that it can help and can be held to account');

export const WHY = { why: 'Because.' };
