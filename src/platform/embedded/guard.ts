import { spawn } from 'node:child_process';
import { gone } from './postmaster.js';
import { processMark } from './presence.js';
import type { ServerUser } from './server-user.js';
import { asUser } from './server-user.js';

/**
 * Starts a guard that stops a PostgreSQL program when this process ends in any way at all, also by kill -9: a shell
 * that waits for the end of a pipe only we hold. So no exit hook is needed, and none can be missed. `release` sends
 * it home. The cluster is named for whoever reads the list of processes.
 */
export function guardProcess(pid: number, cluster: string, user: ServerUser | null): { release(): Promise<void> } {
  const script = 'read -r word; [ "$word" = released ] || kill -INT "$1"';
  const guard = spawn('/bin/sh', ['-c', script, 'pumasi-database-guard', String(pid), cluster], {
    ...asUser(user),
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  const { pid: guardPid } = guard;
  const mark = guardPid === undefined ? null : processMark(guardPid);
  return {
    release: async () => {
      guard.stdin.end('released\n');
      if (guardPid !== undefined) await gone(guardPid, mark, 5_000);
    },
  };
}
