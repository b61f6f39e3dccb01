import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stackFolders } from './folders.ts';
import { identify } from './process-identity.ts';
import { lockOwner } from './run-lock.ts';
import { openStackHome } from './stack-home.ts';

/**
 * Ends and removes the throw-away stacks whose owners died before they could clean up.
 *
 * Looks at the folders named by the prefix and the owner's process id; a stack whose owner lives is left alone.
 */
export async function removeDeadStacks(parent: string, prefix: string): Promise<void> {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    const folder = join(parent, name);
    // The owner's lock may not be there yet, so its process counts as well.
    if (!Number.isSafeInteger(pid) || identify(pid) !== undefined) continue;
    if (lockOwner(stackFolders(folder).run) !== undefined) continue;
    const home = await openStackHome(folder);
    home.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
