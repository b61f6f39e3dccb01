import { PermanentFailure } from '@sluice/failure';

/** One thing wrong in a document, and where it stands. */
export interface DocumentFault {
  /** File name as given to the reader. */
  readonly file: string;
  /** Line, counted from 1. */
  readonly line: number;
  /** Column, counted from 1. */
  readonly column: number;
  /** What is wrong, one sentence. */
  readonly message: string;
}

/** A document was refused whole; `faults` holds everything that is wrong with it. */
export class DocumentRejected extends PermanentFailure {
  readonly faults: readonly DocumentFault[];

  constructor(faults: readonly DocumentFault[]) {
    super('DOCUMENT_REJECTED', faults.map(describeFault).join('\n'));
    this.faults = faults;
  }
}

/** The usual compiler form, `file:line:column message`. */
export function describeFault(fault: DocumentFault): string {
  return `${fault.file}:${fault.line}:${fault.column} ${fault.message}`;
}
