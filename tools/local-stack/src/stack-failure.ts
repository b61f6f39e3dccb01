/** What went wrong, as a word a script can compare. */
export type StackFailureCode =
  | 'java-missing'
  | 'maven-missing'
  | 'maven-unusable'
  | 'artifacts-unreachable'
  | 'port-taken'
  | 'disk-full'
  | 'already-running'
  | 'not-running'
  | 'unsupported-machine'
  | 'invalid-option'
  | 'build-failed'
  | 'provision-failed'
  | 'part-failed'
  | 'demo-failed';

/**
 * A fault that the person at the keyboard can mend.
 *
 * Its message is one paragraph: first what is wrong, then what to do. It never holds a secret.
 */
export class StackFailure extends Error {
  readonly code: StackFailureCode;

  constructor(code: StackFailureCode, paragraph: string, options?: ErrorOptions) {
    super(paragraph, options);
    this.name = 'StackFailure';
    this.code = code;
  }
}

/** The paragraph for a full disk, from wherever the fault came up. */
export function diskFull(folder: string, options?: ErrorOptions): StackFailure {
  return new StackFailure(
    'disk-full',
    `There is not enough free space on the disk that holds ${folder}. ` +
      'Free about 2 GB (`npm run reset` removes the data of the local stack), then start again.',
    options,
  );
}

const noSpace = /ENOSPC|no space left/i;
const textCharsMax = 600;

/** Turns any fault into one with a paragraph; faults nobody foresaw keep their stack as cause. */
export function toStackFailure(error: unknown, folder: string): StackFailure {
  const text = error instanceof Error ? error.message : String(error);
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  if (error instanceof StackFailure) {
    const isPart = error.code === 'part-failed' && noSpace.test(text);
    return isPart ? diskFull(folder, { cause: error }) : error;
  }
  if (isFull || noSpace.test(text)) return diskFull(folder, { cause: error });
  return new StackFailure(
    'part-failed',
    `The stack could not be started: ${inOneLine(text)}. The logs are in ${folder}/logs.`,
    { cause: error },
  );
}

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > textCharsMax ? `${line.slice(0, textCharsMax)}…` : line;
}
