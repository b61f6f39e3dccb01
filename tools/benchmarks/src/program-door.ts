/** What a program does when it is asked; the answer goes back to who asked. */
export type Answers = Readonly<Record<string, (input: never) => Promise<unknown>>>;

interface Question {
  readonly call: number;
  readonly name: string;
  readonly input: unknown;
}

/**
 * Opens a program's door to the process that started it, and says that the program is ready.
 *
 * A program whose parent is gone ends at once, so that none is left over.
 */
export function openDoor(answers: Answers, ready: Readonly<Record<string, unknown>> = {}): void {
  process.on('message', (message) => void answer(message as Question, answers));
  process.on('disconnect', () => process.exit(1));
  process.send?.({ ready });
}

async function answer({ call, name, input }: Question, answers: Answers): Promise<void> {
  try {
    const found = answers[name];
    if (found === undefined) throw new Error(`does not know ${name}`);
    const output = await found(input as never);
    process.send?.({ call, output });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ call, error: text });
  }
}
