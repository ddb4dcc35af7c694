import { createHash, randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuse } from '../../kernel/refusal.js';
import { cannotUse } from './troubles.js';

const PRESENCE = /^present\.(\d+)\.([0-9a-f]{12})\.[0-9a-f]{8}$/;
const ATTEMPTS = 5;

function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything, also spaces and brackets: the fields count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    const dead = state === 'Z' || state === 'X';
    return dead ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')} ${start}`;
  } catch {
    return null;
  }
}

function otherStart(pid: number): string | null {
  const listed = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const line = (listed.stdout ?? '').trim();
  return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
}

/**
 * What tells one process from a later one with the same number: a digest of the boot and the instant it started.
 * Null when there is no such process (a zombie is none). Twelve hex digits.
 */
export function processMark(pid: number): string | null {
  const start = process.platform === 'linux' ? linuxStart(pid) : otherStart(pid);
  return start === null ? null : createHash('sha256').update(start).digest('hex').slice(0, 12);
}

/** The process numbers of the living that are present in the folder, other than `mine`. Forgets the dead. */
function othersIn(folder: string, mine: string): number[] {
  const alive: number[] = [];
  for (const name of readdirSync(folder)) {
    const [, pid, mark] = PRESENCE.exec(name) ?? [];
    if (pid === undefined || name === mine) continue;
    if (processMark(Number(pid)) === mark) alive.push(Number(pid));
    else rmSync(join(folder, name), { force: true });
  }
  return alive;
}

/**
 * Takes the folder for this process until `release()`. Everybody first writes a file of its own name and then looks
 * for others, so of two that come at once at least one sees the other, and no file is ever taken over: a dead
 * process's file can be removed by anyone at any time without a race. If both see each other, both step back and
 * try again after a while of random length. Throws the refusal `embedded.in-use`.
 */
export async function takeFolder(folder: string): Promise<{ release(): void }> {
  const mine = `present.${process.pid}.${processMark(process.pid)}.${randomBytes(4).toString('hex')}`;
  const path = join(folder, mine);
  let others: number[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
      others = othersIn(folder, mine);
    } catch (error) {
      rmSync(path, { force: true });
      throw cannotUse(folder, error);
    }
    if (others.length === 0) return { release: () => rmSync(path, { force: true }) };
    rmSync(path, { force: true });
    await sleep(20 + Math.random() * 80);
  }
  throw refuse(
    'embedded.in-use',
    `Another Pumasi (process ${others.join(', ')}) already uses the data folder ${folder}: stop it, or choose another folder.`,
    { folder, processes: others },
  );
}
