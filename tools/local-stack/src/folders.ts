import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url)).replace(
  /[/\\]$/,
  '',
);

/** Everything the local stack writes stands under this folder of the checkout. */
export const defaultStackFolder = join(repositoryRoot, '.sluice');

/** Fetched jars and build stamps: shared by all stacks of a checkout, safe to delete. */
export const cacheFolder = join(defaultStackFolder, 'cache');

/** The folders of one stack. */
export interface StackFolders {
  readonly root: string;
  /** Databases and logs of the broker: the only folder whose loss loses data. */
  readonly data: string;
  readonly logs: string;
  /** The state file and the lock. */
  readonly run: string;
  /** Generated passwords and keys, one file each, readable by the owner only. */
  readonly secrets: string;
}

/**
 * Names the folders of a stack and makes those that are missing.
 *
 * Logs and data hold what customers wrote, so only their owner may read them; the data folder may be passed
 * through, because PostgreSQL may run as a user of its own below it.
 */
export function prepareFolders(root: string): StackFolders {
  const folders = stackFolders(root);
  for (const folder of [folders.logs, folders.run, folders.secrets]) makePrivate(folder);
  makePrivate(folders.data, 0o711);
  return folders;
}

/** Makes a folder that others cannot look into, also one that an earlier version left open. */
export function makePrivate(folder: string, mode = 0o700): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
}

/** Names the folders of a stack without touching the disk. */
export function stackFolders(root: string): StackFolders {
  return {
    root,
    data: join(root, 'data'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
    secrets: join(root, 'secrets'),
  };
}
