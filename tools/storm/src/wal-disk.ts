import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunningStack } from '@sluice/local-stack';
import pg from 'pg';

const run = promisify(execFile);
const diskMegabytes = 256;
/** Postgres recycles its log well below the size of the disk, so that only the ballast can fill it. */
const walMegabytesMax = 96;

/**
 * A small disk of its own for Postgres' write-ahead log, which can be filled to the last byte and emptied again.
 *
 * It is a tmpfs and needs the right to mount one. Where that is missing, the log stays where it was and
 * `whyImpossible` says so.
 */
export class WalDisk {
  /** Why this machine cannot run out of disk; undefined when it can. */
  readonly whyImpossible: string | undefined;
  private readonly folder: string;

  private constructor(folder: string, whyImpossible?: string) {
    this.folder = folder;
    this.whyImpossible = whyImpossible;
  }

  /** Moves the log of the running Postgres to a small disk; Postgres is restarted for that. */
  static async attach(servers: RunningStack): Promise<WalDisk> {
    const { postgres, registry } = servers.processes;
    const { data } = servers.home.folders;
    const disk = join(data, 'wal-disk');
    await mkdir(disk, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m,mode=711`, 'tmpfs', disk]);
    } catch (error) {
      return new WalDisk(disk, `no small disk could be mounted (${reasonOf(error)})`);
    }
    await limitWal(servers.databaseUrl);
    await postgres?.stop();
    const wal = join(data, 'postgres/pg_wal');
    // By the program that keeps owners, because Postgres may run as a user of its own.
    await run('cp', ['-a', wal, join(disk, 'pg_wal')]);
    await rename(wal, `${wal}.before`);
    await symlink(join(disk, 'pg_wal'), wal);
    await rm(`${wal}.before`, { recursive: true });
    await postgres?.start();
    // The registry would answer its next requests over connections that ended with the old Postgres.
    await registry?.stop();
    await registry?.start();
    return new WalDisk(disk);
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    await writeFile(this.ballast, Buffer.alloc(bavail * bsize, 1)).catch(() => undefined);
  }

  /** Gives the space back. Safe to repeat. */
  async empty(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  /** Unmounts the disk; Postgres must have stopped. What was on it is copied back if it is to be kept. */
  async detach({ isKept }: { readonly isKept: boolean }): Promise<void> {
    if (this.whyImpossible !== undefined) return;
    const wal = join(this.folder, '../postgres/pg_wal');
    if (isKept) {
      await rm(wal);
      await run('cp', ['-a', join(this.folder, 'pg_wal'), wal]);
    }
    await run('umount', ['-l', this.folder]);
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }
}

/** Unmounts the disks of storms whose process died; programs that still use one keep it until they end. */
export async function detachDead(stacksFolder: string): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  const folders = mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((folder) => folder.startsWith(join(stacksFolder, 'storm-')));
  for (const folder of folders) {
    const pid = /\/storm-(\d+)\//.exec(folder)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    await run('umount', ['-l', folder]).catch(() => undefined);
  }
}

async function limitWal(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`alter system set max_wal_size = '${walMegabytesMax}MB'`);
    await client.query("alter system set min_wal_size = '32MB'");
  } finally {
    await client.end();
  }
}

function reasonOf(error: unknown): string {
  const { stderr } = error as { readonly stderr?: string };
  return stderr?.trim() || (error instanceof Error ? error.message : String(error));
}
