import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processMark } from './presence.js';

/** A living server of a cluster folder. `ready` means that it takes connections. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** No process has this number on any system (Linux ends at 2^22), so PostgreSQL takes it for dead. */
const NOBODY = 2 ** 31 - 1;

function commandLine(pid: number): string[] {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    } catch {
      return [];
    }
  }
  return [spawnSync('ps', ['-o', 'args=', '-ww', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''];
}

/** Whether the process serves this cluster. Its number alone says nothing: numbers come round again. */
function serves(pid: number, cluster: string): boolean {
  if (processMark(pid) === null) return false;
  const line = commandLine(pid);
  return line.length === 1 ? line[0]?.includes(`-D ${cluster} `) === true : line[line.indexOf('-D') + 1] === cluster;
}

function pidLines(cluster: string): string[] | null {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
}

/** The living server of the cluster (its path with links resolved), or null. The file's lines are PostgreSQL's own. */
export function findPostmaster(cluster: string): Postmaster | null {
  const lines = pidLines(cluster);
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0 || !serves(pid, cluster)) return null;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * After a crash the file may name a process that is now something else entirely, or a zombie that a container's first
 * process never buries; PostgreSQL takes either for a living server and refuses to start. Removing the file would switch off its check for surviving children of the old server (the shared memory
 * key in the same file), so only the number is made harmless.
 */
export function disarmStalePid(cluster: string): void {
  const lines = pidLines(cluster);
  const pid = Number(lines?.[0]);
  if (!lines || !(pid > 0) || serves(pid, cluster)) return;
  writeFileSync(join(cluster, 'postmaster.pid'), [NOBODY, ...lines.slice(1)].join('\n'));
}

/** Resolves when the process with this number and mark is gone, or with false when it outlives our patience. */
export async function gone(pid: number, mark: string | null, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  if (mark === null) return true;
  while (processMark(pid) === mark) {
    if (performance.now() > end) return false;
    await sleep(10);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Stops a server and waits until its process is gone. First fast (clients are cut off, everything is written), then
 * at once (the next start recovers from the log; nothing acknowledged is lost either way), at last by force.
 */
export async function endPostmaster(pid: number, patienceMs = 60_000): Promise<void> {
  const mark = processMark(pid);
  if (mark === null) return;
  for (const [name, ms] of [
    ['SIGINT', patienceMs],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ] as const) {
    signal(pid, name);
    if (await gone(pid, mark, ms)) return;
  }
}
