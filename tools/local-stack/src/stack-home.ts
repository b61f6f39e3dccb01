import { prepareFolders, type StackFolders } from './folders.ts';
import { ProcessLedger } from './process-ledger.ts';
import { takeLock } from './run-lock.ts';
import { SecretFiles } from './secrets.ts';

/** The folder of one stack, held by this process alone until it is closed. */
export interface StackHome {
  readonly folders: StackFolders;
  readonly secrets: SecretFiles;
  readonly ledger: ProcessLedger;
  /** Programs of a dead earlier owner that were found running and ended. */
  readonly leftovers: readonly string[];
  /** True when an earlier owner died without closing. */
  readonly wasAbandoned: boolean;
  close(): void;
}

/** Takes a stack's folder. What a dead owner left running is ended first; a living owner is a failure. */
export async function openStackHome(dir: string): Promise<StackHome> {
  const folders = prepareFolders(dir);
  const lock = takeLock(folders.run);
  try {
    const ledger = new ProcessLedger(folders.run);
    return {
      folders,
      secrets: new SecretFiles(folders.secrets),
      ledger,
      leftovers: await ledger.endLeftovers(),
      wasAbandoned: lock.wasStale,
      close: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
